"""Notes: counts of what was dropped or mapped when a reference or an imported system was read.

The sidecar of the result contains them under `notes`. The summary of a run adds the counts of all recordings.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

EMPTY = "empty"  # note of a reference without a turn

Notes = Counter[str]


def notes_in(facts: Mapping[str, Any]) -> Notes:
    """Return the notes in the content of a sidecar.

    >>> notes_in({"notes": {"NOSCORE intervals left out": 2}}), notes_in({})
    (Counter({'NOSCORE intervals left out': 2}), Counter())
    """
    return Notes(facts.get("notes", {}))
