"""Minimum durations of speech and silence, and padding."""

from diarflow.timeline.intervals import Interval, Seconds, clip, merge_overlapping


def smooth(
    speech: list[Interval],
    *,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
    extent: Interval,
) -> list[Interval]:
    """Bridge silences shorter than `min_silence`, drop speech shorter than `min_speech`, then pad both sides.

    The result lies inside `extent`.

    >>> smooth([Interval(1.0, 2.0), Interval(2.1, 3.0), Interval(5.0, 5.1)], min_speech=0.2,
    ...        min_silence=0.3, padding=0.5, extent=Interval(0.0, 3.2))
    [Interval(start=0.5, end=3.2)]
    """
    bridged: list[Interval] = []
    for interval in merge_overlapping(speech):
        if bridged and interval.start - bridged[-1].end < min_silence:
            bridged[-1] = Interval(bridged[-1].start, interval.end)
        else:
            bridged.append(interval)
    padded = [
        Interval(interval.start - padding, interval.end + padding)
        for interval in bridged
        if interval.end - interval.start >= min_speech
    ]
    return merge_overlapping(clip(padded, extent))
