"""Speech cut at the speaker changes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from diarflow.timeline.intervals import Interval, Seconds, union


def resegment(
    speech: Iterable[Interval], changes: Iterable[Seconds], *, min_duration: Seconds
) -> list[Interval]:
    """Cut each stretch of speech at the changes inside it.

    The pieces are contiguous and half-open: together they are exactly the speech that came in. A change
    that would make a piece shorter than `min_duration` cuts nothing; speech that came in shorter passes
    whole. Changes outside speech cut nothing: the pause separates already.

    >>> resegment([Interval(2.0, 3.0)], [2.5], min_duration=0.2)
    [Interval(start=2.0, end=2.5), Interval(start=2.5, end=3.0)]
    """
    pieces = []
    cuts = sorted(set(changes))
    for start, end in union(speech):
        for cut in cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]:
            if cut - start >= min_duration and end - cut >= min_duration:
                pieces.append(Interval(start, cut))
                start = cut
        pieces.append(Interval(start, end))
    return pieces
