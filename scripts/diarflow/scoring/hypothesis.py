"""Turns as they are written for others."""

from collections.abc import Iterable

from diarflow.timeline.intervals import Interval, Seconds, Turn

NUMBER_GIVEN = "number of speakers: given"  # a comment at the head of an RTTM
_RESOLUTION: Seconds = 0.001


def name_speakers(turns: Iterable[Turn]) -> list[Turn]:
    """Call speakers SPEAKER_00, SPEAKER_01, ... by their first appearance; times to the millisecond.

    A turn that is nothing at that resolution is left out. Neighbours stay neighbours, since ends are
    rounded as starts are.

    >>> name_speakers([Turn(1.0, 2.0004, 3), Turn(0.0, 1.0, 7)])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Turn(start=0.0, end=1.0, speaker='SPEAKER_00'), Turn(start=1.0, end=2.0, speaker='SPEAKER_01')]
    """
    names: dict[object, str] = {}
    named = []
    for start, end, speaker in sorted(turns):
        start, end = round(start, 3), round(end, 3)
        if end - start >= _RESOLUTION / 2:
            name = names.setdefault(speaker, f"SPEAKER_{len(names):02d}")
            named.append(Turn(start, end, name))
    return named


def count_speakers(turns: Iterable[Turn], extent: Iterable[Interval]) -> int:
    """How many people speak inside the scored stretches.

    >>> count_speakers([Turn(0.0, 1.0, "a"), Turn(2.0, 3.0, "b")], [Interval(0.5, 2.0)])
    1
    """
    stretches = list(extent)
    return len(
        {
            t.speaker
            for t in turns
            if any(t.start < end and t.end > start for start, end in stretches)
        }
    )
