"""Splitting of speech at speaker changes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from diarflow.timeline.intervals import Interval, Seconds, merge_overlapping


def resegment(
    speech: Iterable[Interval], changes: Iterable[Seconds], *, min_duration: Seconds
) -> list[Interval]:
    """Split speech into segments at the speaker changes inside it.

    The segments of an interval of speech are contiguous and cover it exactly. A change is ignored if a segment
    on either side of it would be shorter than `min_duration`, or if it lies outside speech.

    >>> resegment([Interval(2.0, 3.0)], [2.5], min_duration=0.2)
    [Interval(start=2.0, end=2.5), Interval(start=2.5, end=3.0)]
    """
    segments = []
    changes = sorted(set(changes))
    for start, end in merge_overlapping(speech):
        for change in changes[bisect_right(changes, start) : bisect_left(changes, end)]:
            if change - start >= min_duration and end - change >= min_duration:
                segments.append(Interval(start, change))
                start = change
        segments.append(Interval(start, end))
    return segments
