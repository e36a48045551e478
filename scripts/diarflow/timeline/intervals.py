"""Half-open time intervals [start, end) and speaker turns, in seconds."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

Seconds = float


class Interval(NamedTuple):
    start: Seconds
    end: Seconds


class Turn(NamedTuple):
    start: Seconds
    end: Seconds
    speaker: str


def union(intervals: Iterable[Interval], *, gap: Seconds = 0.0) -> list[Interval]:
    """Sort, and merge what overlaps, touches, or lies no more than `gap` apart.

    An interval inside another one does not shorten it:

    >>> union([Interval(0.0, 5.0), Interval(1.0, 2.0), Interval(5.0, 6.0), Interval(8.0, 9.0)])
    [Interval(start=0.0, end=6.0), Interval(start=8.0, end=9.0)]
    """
    merged: list[Interval] = []
    for start, end in sorted((start, end) for start, end in intervals):
        if merged and start - merged[-1].end <= gap:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(Interval(start, end))
    return merged


def clip(intervals: Iterable[Interval], extent: Interval) -> list[Interval]:
    """What of each interval lies inside `extent`.

    >>> clip([Interval(-1.0, 2.0), Interval(3.0, 9.0)], Interval(0.0, 3.0))
    [Interval(start=0.0, end=2.0)]
    """
    cut = (Interval(max(i.start, extent.start), min(i.end, extent.end)) for i in intervals)
    return [interval for interval in cut if interval.end > interval.start]


def outside(interval: Interval, holes: list[Interval]) -> list[Interval]:
    """What is left of an interval without the holes, which are sorted and apart, as `union` gives them.

    >>> outside(Interval(0.0, 4.0), [Interval(1.0, 2.0), Interval(3.0, 9.0)])
    [Interval(start=0.0, end=1.0), Interval(start=2.0, end=3.0)]
    """
    start, end = interval
    left = []
    for hole in holes[bisect_right(holes, start, key=lambda hole: hole.end) :]:
        if hole.start >= end:
            break
        if hole.start > start:
            left.append(Interval(start, hole.start))
        start = hole.end
    if end > start:
        left.append(Interval(start, end))
    return left
