"""From a decision per frame to stretches of speech."""

from itertools import groupby

from diarflow.timeline.intervals import Interval, Seconds, clip, union


def runs(decisions, *, frame: Seconds) -> list[Interval]:
    """Stretches of true decisions, whatever the first and the last decision are.

    >>> runs([True, False, True, True], frame=0.5)
    [Interval(start=0.0, end=0.5), Interval(start=1.0, end=2.0)]
    """
    found, first = [], 0
    for active, run in groupby(decisions):
        last = first + sum(1 for _ in run)
        if active:
            found.append(Interval(first * frame, last * frame))
        first = last
    return found


def smooth(
    speech: list[Interval],
    *,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
    extent: Interval,
) -> list[Interval]:
    """Bridge silences shorter than `min_silence`, drop speech shorter than `min_speech`, then pad.

    >>> smooth([Interval(1.0, 2.0), Interval(2.1, 3.0), Interval(5.0, 5.1)], min_speech=0.2,
    ...        min_silence=0.3, padding=0.5, extent=Interval(0.0, 3.2))
    [Interval(start=0.5, end=3.2)]
    """
    bridged: list[Interval] = []
    for interval in union(speech):
        if bridged and interval.start - bridged[-1].end < min_silence:
            bridged[-1] = Interval(bridged[-1].start, interval.end)
        else:
            bridged.append(interval)
    kept = [i for i in bridged if i.end - i.start >= min_speech]
    return union(clip([Interval(i.start - padding, i.end + padding) for i in kept], extent))
