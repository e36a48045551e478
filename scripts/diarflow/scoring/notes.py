"""Notes: what was dropped or mapped when a reference or an imported RTTM was read, as comments of the result.

A comment is `note: <count> <what>`. The summary of a run adds the counts of all recordings.
"""

from collections import Counter
from collections.abc import Iterable

_PREFIX = "note: "

EMPTY = "empty"  # note of a reference without a turn

Notes = Counter[str]


def note_comments(notes: Notes) -> list[str]:
    """Return a comment for each note.

    >>> note_comments(Notes({"NOSCORE intervals left out": 2, "turns": 0}))
    ['note: 2 NOSCORE intervals left out']
    """
    return [f"{_PREFIX}{count} {what}" for what, count in sorted(notes.items()) if count]


def parse_notes(comments: Iterable[str]) -> Notes:
    """Read the notes in the comments of a file.

    >>> parse_notes(["repairs: 0 merged", "note: 2 NOSCORE intervals left out"])
    Counter({'NOSCORE intervals left out': 2})
    """
    notes: Notes = Counter()
    for comment in comments:
        count, _, what = comment.removeprefix(_PREFIX).partition(" ")
        if comment.startswith(_PREFIX) and count.isdecimal():
            notes[what] += int(count)
    return notes
