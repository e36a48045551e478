"""Names of the data files of the front page. This module imports no library, because planning uses it."""

from diarflow.scoring.names import PROTOCOLS

RECORDINGS = "recordings"
KINDS = (*PROTOCOLS, "talk", "worst")


def data_names(systems: int) -> list[str]:
    """Return the names of the data files of a report with this number of systems.

    >>> data_names(1)
    ['recordings', '0-full', '0-fair', '0-forgiving', '0-talk', '0-worst']
    """
    return [RECORDINGS, *(f"{number}-{kind}" for number in range(systems) for kind in KINDS)]
