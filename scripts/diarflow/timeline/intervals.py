"""Half-open time intervals [start, end) and speaker turns, in seconds."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

Seconds = float


class Interval(NamedTuple):
    """A half-open interval [start, end)."""

    start: Seconds
    end: Seconds


class Turn(NamedTuple):
    """An interval in which one speaker is active.

    `speaker` is a name, or the number of a cluster until the speakers of a hypothesis are named.
    """

    start: Seconds
    end: Seconds
    speaker: Any


def merge_overlapping(intervals: Iterable[Interval], *, gap: Seconds = 0.0) -> list[Interval]:
    """Sort intervals and merge those that overlap, touch, or are at most `gap` apart.

    The result is sorted and its intervals are disjoint.

    >>> merge_overlapping([Interval(0.0, 5.0), Interval(1.0, 2.0), Interval(5.0, 6.0), Interval(8.0, 9.0)])
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
    """Clip intervals to `extent` and drop those that lie outside it.

    >>> clip([Interval(-1.0, 2.0), Interval(3.0, 9.0)], Interval(0.0, 3.0))
    [Interval(start=0.0, end=2.0)]
    """
    clipped = (Interval(max(i.start, extent.start), min(i.end, extent.end)) for i in intervals)
    return [interval for interval in clipped if interval.end > interval.start]


def subtract(interval: Interval, holes: list[Interval]) -> list[Interval]:
    """Return the parts of an interval that no hole covers.

    `holes` must be sorted and disjoint, as `merge_overlapping` returns them.

    >>> subtract(Interval(0.0, 4.0), [Interval(1.0, 2.0), Interval(3.0, 9.0)])
    [Interval(start=0.0, end=1.0), Interval(start=2.0, end=3.0)]
    """
    start, end = interval
    parts = []
    for hole in holes[bisect_right(holes, start, key=lambda hole: hole.end) :]:
        if hole.start >= end:
            break
        if hole.start > start:
            parts.append(Interval(start, hole.start))
        start = hole.end
    if end > start:
        parts.append(Interval(start, end))
    return parts


def intervals_by_speaker(turns: Iterable[Turn], *, gap: Seconds = 0.0) -> dict[str, list[Interval]]:
    """Group turns by speaker, and merge the turns of a speaker as `merge_overlapping` does.

    Speakers are in the order of their first turn.

    >>> intervals_by_speaker([Turn(1.0, 2.0, "Ann"), Turn(0.0, 1.0, "Ann")])
    {'Ann': [Interval(start=0.0, end=2.0)]}
    """
    by_speaker: dict[str, list[Interval]] = {}
    for start, end, speaker in turns:
        by_speaker.setdefault(speaker, []).append(Interval(start, end))
    return {
        speaker: merge_overlapping(intervals, gap=gap) for speaker, intervals in by_speaker.items()
    }


def merge_turns(turns: Iterable[Turn]) -> list[Turn]:
    """Merge overlapping and touching turns of each speaker, and sort the turns by time.

    >>> merge_turns([Turn(1.0, 3.0, "Ann"), Turn(0.0, 2.0, "Ann"), Turn(0.5, 1.0, "Bob")])
    [Turn(start=0.0, end=3.0, speaker='Ann'), Turn(start=0.5, end=1.0, speaker='Bob')]
    """
    return sorted(
        Turn(start, end, speaker)
        for speaker, intervals in intervals_by_speaker(turns).items()
        for start, end in intervals
    )
