"""Hypotheses as RTTM: names of speakers, and their number."""

from collections.abc import Iterable

from diarflow.timeline.intervals import Interval, Seconds, Turn

_RESOLUTION: Seconds = 0.001  # of times in RTTM


def name_speakers(turns: Iterable[Turn]) -> list[Turn]:
    """Name speakers SPEAKER_00, SPEAKER_01, ... in the order of their first turns, and round times to milliseconds.

    Turns that are shorter than half a millisecond after rounding are dropped. Starts and ends are rounded alike, so
    adjacent turns stay adjacent.

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
    """Return the number of speakers with a turn inside the extent.

    >>> count_speakers([Turn(0.0, 1.0, "a"), Turn(2.0, 3.0, "b")], [Interval(0.5, 2.0)])
    1
    """
    intervals = list(extent)
    return len(
        {
            turn.speaker
            for turn in turns
            if any(turn.start < end and turn.end > start for start, end in intervals)
        }
    )
