"""Neighbouring windows of one speaker joined to turns, one speaker at a time."""

from collections.abc import Callable, Iterable, Sequence

from diarflow.embedding.windows import Window
from diarflow.intervals import Interval, Seconds, Turn


def load(*, max_gap: Seconds) -> Callable:
    def build(
        windows: Sequence[Window], labels: Sequence[int], segments: Sequence[Interval]
    ) -> list[Turn]:
        return join(shares(windows, labels, segments), max_gap=max_gap)

    return build


def shares(
    windows: Sequence[Window], labels: Sequence[int], segments: Sequence[Interval]
) -> list[Turn]:
    """What each window says of its segment: the part nearer to its middle than to another's.

    Together the shares are the whole of every segment that has a window.

    >>> windows = [Window(0.0, 1.0, 0), Window(0.5, 1.5, 0)]
    >>> shares(windows, [7, 8], [Interval(0.0, 2.0)])
    [Turn(start=0.0, end=0.75, speaker=7), Turn(start=0.75, end=2.0, speaker=8)]
    """
    order = sorted(range(len(windows)), key=lambda i: (windows[i].segment, windows[i].start))
    found = []
    for place, index in enumerate(order):
        window = windows[index]
        start, end = segments[window.segment]
        if place > 0 and (before := windows[order[place - 1]]).segment == window.segment:
            start = (_middle(before) + _middle(window)) / 2
        if (
            place + 1 < len(order)
            and (after := windows[order[place + 1]]).segment == window.segment
        ):
            end = (_middle(window) + _middle(after)) / 2
        found.append(Turn(start, end, labels[index]))
    return found


def join(turns: Iterable[Turn], *, max_gap: Seconds) -> list[Turn]:
    """Join a turn to the one before it where both are of one speaker and no more than `max_gap` apart.

    >>> join([Turn(0.0, 1.0, 7), Turn(1.2, 2.0, 7), Turn(2.0, 3.0, 8)], max_gap=0.5)
    [Turn(start=0.0, end=2.0, speaker=7), Turn(start=2.0, end=3.0, speaker=8)]
    """
    joined: list[Turn] = []
    for turn in sorted(turns):
        last = joined[-1] if joined else None
        if last and last.speaker == turn.speaker and turn.start - last.end <= max_gap:
            joined[-1] = Turn(last.start, max(last.end, turn.end), turn.speaker)
        else:
            joined.append(turn)
    return joined


def _middle(window: Window) -> Seconds:
    return (window.start + window.end) / 2
