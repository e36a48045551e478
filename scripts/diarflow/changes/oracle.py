"""Speaker changes of the reference, as a perfect detector would return them."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from diarflow.changes.peak_picking import Change
from diarflow.timeline.atomic_regions import speaker_sets
from diarflow.timeline.intervals import Turn


def load() -> Callable[..., list[Change]]:
    def detect(*, reference: list[Turn], **_) -> list[Change]:
        return true_changes(reference)

    return detect


def true_changes(turns: Iterable[Turn]) -> list[Change]:
    """Return a change wherever the set of active speakers changes; across a pause, in its middle.

    >>> true_changes([Turn(0.0, 2.0, "Ann"), Turn(3.0, 5.0, "Bob"), Turn(4.0, 6.0, "Ann")])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Change(time=2.5, score=1.0), Change(time=4.0, score=1.0), Change(time=5.0, score=1.0)]
    """
    speech = [region for region in speaker_sets(turns, 0.0) if region[2]]
    return [
        Change((end + start) / 2, 1.0)
        for (_, end, before), (start, _, after) in pairwise(speech)
        if before != after
    ]
