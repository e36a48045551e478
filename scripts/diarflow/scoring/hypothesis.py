"""Hypotheses as RTTM: names of speakers, and their number."""

from collections.abc import Iterable, Sequence

from diarflow.errors import InputError
from diarflow.timeline.intervals import Interval, Seconds, Turn, merge_turns

_RESOLUTION: Seconds = 0.001  # of times in RTTM


def name_speakers(turns: Iterable[Turn]) -> list[Turn]:
    """Name speakers SPEAKER_00, SPEAKER_01, ... in the order of their first turns, and round times to milliseconds.

    Turns that are shorter than half a millisecond after rounding are dropped. Starts and ends are rounded alike, so
    adjacent turns stay adjacent.

    >>> name_speakers([Turn(1.0, 2.0004, 3), Turn(0.0, 1.0, 7)])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Turn(start=0.0, end=1.0, speaker='SPEAKER_00'), Turn(start=1.0, end=2.0, speaker='SPEAKER_01')]
    """
    return name_channel_speakers([turns])[0]


def name_channel_speakers(
    channels: Sequence[Iterable[Turn]], speakers: Sequence[str] = ()
) -> list[list[Turn]]:
    """Return the turns of each channel of a recording, named and rounded as by `name_speakers`.

    A name is that of one speaker of one channel. With `speakers`, a name for each channel, each channel is one speaker,
    whose overlapping and touching turns are merged.

    >>> [ann, bob] = [Turn(1.0, 2.0, 0)], [Turn(0.0, 1.5, 0), Turn(1.0, 3.0, 1)]
    >>> [[turn.speaker for turn in turns] for turns in name_channel_speakers([ann, bob])]
    [['SPEAKER_01'], ['SPEAKER_00', 'SPEAKER_02']]
    >>> name_channel_speakers([ann, bob], ["agent", "customer"])[1]
    [Turn(start=0.0, end=3.0, speaker='customer')]
    """
    if speakers and len(speakers) != len(channels):
        raise InputError(
            f"the number of channels is {len(channels)}, expected {len(speakers)}, since channel_speakers has "
            f"{', '.join(speakers)}"
        )
    names: dict[object, str] = {}
    named: list[list[Turn]] = [[] for _ in channels]
    numbered = (
        (start, end, (channel, speaker))
        for channel, turns in enumerate(channels)
        for start, end, speaker in turns
    )
    for start, end, key in sorted(numbered):
        start, end = round(start, 3), round(end, 3)
        if end - start >= _RESOLUTION / 2:
            name = names.setdefault(key, f"SPEAKER_{len(names):02d}")
            named[key[0]].append(Turn(start, end, name))
    if speakers:
        return [
            merge_turns(Turn(start, end, speaker) for start, end, _ in turns)
            for speaker, turns in zip(speakers, named, strict=True)
        ]
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
