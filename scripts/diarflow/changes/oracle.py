"""The changes of the reference: wherever another set of speakers is active than was before."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from diarflow.changes.peak_picking import Change
from diarflow.formats.rttm import read_turns
from diarflow.timeline.activity import states
from diarflow.timeline.intervals import Turn


def load() -> Callable[[Any], list[Change]]:
    return lambda files: true_changes(read_turns(files.reference))


def true_changes(turns: Iterable[Turn]) -> list[Change]:
    """A change between any two stretches of speech that are not of the same speakers: amid the pause.

    >>> true_changes([Turn(0.0, 2.0, "Ann"), Turn(3.0, 5.0, "Bob"), Turn(4.0, 6.0, "Ann")])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Change(time=2.5, score=1.0), Change(time=4.0, score=1.0), Change(time=5.0, score=1.0)]
    """
    said = [state for state in states(turns, 0.0) if state[2]]
    return [
        Change((end + start) / 2, 1.0)
        for (_, end, before), (start, _, after) in pairwise(said)
        if before != after
    ]
