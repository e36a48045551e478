"""Notes: how often each kind of repair was made when a reference, a transcript or an imported system was read.

The sidecar of the result contains them under `notes`. The summary of a run adds the counts of all recordings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

EMPTY = "empty"  # note of a reference without a turn

Notes = Counter[str]


def joined_notes(notes: Sequence[Notes]) -> dict[str, int]:
    """Return the sums of the notes of all channels of a recording, sorted by name.

    The recording has the note `empty` if all its channels have it.

    >>> joined_notes([Notes({EMPTY: 1}), Notes({"turns dropped": 2})])
    {'turns dropped': 2}
    """
    total = sum(notes, Notes())
    total[EMPTY] = min(channel[EMPTY] for channel in notes)
    return dict(sorted((+total).items()))


def notes_in(facts: Mapping[str, Any]) -> Notes:
    """Return the notes in the content of a sidecar.

    >>> notes_in({"notes": {"NOSCORE intervals left out": 2}}), notes_in({})
    (Counter({'NOSCORE intervals left out': 2}), Counter())
    """
    return Notes(facts.get("notes", {}))
