"""Normalized turns of a recording, and the number of repairs."""

from collections.abc import Iterable
from typing import NamedTuple

from diarflow.timeline.intervals import Interval, Seconds, Turn, clip, merge_turns

_ROUNDING: Seconds = 0.001  # a turn that ends this much after the recording was rounded, not wrong


class Repairs(NamedTuple):
    """Number of turns that were merged with another, clipped to the recording, or dropped as empty."""

    merged: int = 0
    clipped: int = 0
    dropped: int = 0

    def __str__(self) -> str:
        return f"repairs: {self.merged} merged, {self.clipped} clipped, {self.dropped} dropped"


def sum_repairs(repairs: Iterable[Repairs]) -> Repairs:
    """Return the sums of the repairs of several channels.

    >>> sum_repairs([Repairs(1, 0, 2), Repairs(1, 1, 0)])
    Repairs(merged=2, clipped=1, dropped=2)
    """
    return Repairs(*map(sum, zip(*repairs, strict=True)))


def normalize_turns(turns: Iterable[Turn], *, duration: Seconds) -> tuple[list[Turn], Repairs]:
    """Merge overlapping or touching turns of one speaker, clip turns to the recording, and drop empty turns.

    >>> normalize_turns(
    ...     [Turn(0, 2, "a"), Turn(1, 3, "a"), Turn(2, 9, "b"), Turn(4, 4, "b")], duration=5
    ... )  # doctest: +NORMALIZE_WHITESPACE
    ([Turn(start=0, end=3, speaker='a'), Turn(start=2, end=5, speaker='b')],
     Repairs(merged=1, clipped=1, dropped=1))
    """
    kept: list[Turn] = []
    clipped = dropped = 0
    for turn in turns:
        inside = clip([Interval(turn.start, turn.end)], Interval(0.0, duration))
        if not inside:
            dropped += 1
            continue
        clipped += turn.start < 0 or turn.end > duration + _ROUNDING
        kept.append(Turn(*inside[0], turn.speaker))
    merged = merge_turns(kept)
    return merged, Repairs(len(kept) - len(merged), clipped, dropped)


def last_end(turns: Iterable[Turn]) -> Seconds:
    """Return the end of the last turn, or 0 if there is none.

    >>> last_end([Turn(0.0, 5.0, "a"), Turn(1.0, 2.0, "b")])
    5.0
    """
    return max((turn.end for turn in turns), default=0.0)
