"""Neighbouring windows of one speaker joined to turns; where people overlap, the nearest other one added."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from diarflow.artifacts.tables import read_rows
from diarflow.embedding.windows import Window
from diarflow.timeline.intervals import Interval, Seconds, Turn, union


def load(*, max_gap: Seconds, second_speaker: str) -> Callable:
    def build(
        windows: Sequence[Window],
        labels: Sequence[int],
        segments: Sequence[Interval],
        files=None,
    ) -> list[Turn]:
        own = [place for place, window in enumerate(windows) if window.chunk < 0]
        found = shares([windows[n] for n in own], [labels[n] for n in own], segments)
        turns = join(found, max_gap=max_gap)
        overlap = [Interval(*row) for row in read_rows(files.overlap)] if files else []
        if second_speaker == "none" or not overlap:
            return turns
        return merged([*turns, *second_turns(turns, overlap)])

    return build


def shares(
    windows: Sequence[Window], labels: Sequence[int], segments: Sequence[Interval]
) -> list[Turn]:
    """What each window says of its segment: the part nearer to its middle than to another's.

    A segment that has no window of its own goes to the window that is nearest: together the shares are the
    whole of the segments, where there is a window at all.

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
            start = _between(before, window, segments[window.segment])
        if (
            place + 1 < len(order)
            and (after := windows[order[place + 1]]).segment == window.segment
        ):
            end = _between(window, after, segments[window.segment])
        found.append(Turn(start, end, labels[index]))
    held = {window.segment for window in windows}
    by_middle = sorted(order, key=lambda index: _middle(windows[index]))
    middles = [_middle(windows[index]) for index in by_middle]
    for number, (start, end) in enumerate(segments if windows else ()):
        if number not in held:
            near = by_middle[nearest(middles, (start + end) / 2)]
            found.append(Turn(start, end, labels[near]))
    return found


def nearest(moments: Sequence[Seconds], moment: Seconds) -> int:
    """The place of the one of some sorted moments that is nearest, the first where two are.

    >>> [nearest([1.0, 2.0, 2.0, 5.0], moment) for moment in (0.0, 1.5, 1.9, 4.0, 9.0)]
    [0, 0, 1, 3, 3]
    """
    after = bisect_left(moments, moment)
    if after == 0:
        return 0
    before = bisect_left(moments, moments[after - 1])
    if after == len(moments) or moment - moments[before] <= moments[after] - moment:
        return before
    return after


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


def second_turns(turns: Sequence[Turn], overlap: Iterable[Interval]) -> list[Turn]:
    """Who else speaks in overlap: the speaker of the nearest turn that is not of whoever speaks there.

    `turns` are in order and do not overlap.

    The heuristic of Otterson and Ostendorf 2007.

    >>> said = [Turn(0.0, 4.0, 7), Turn(4.0, 9.0, 8), Turn(9.0, 12.0, 9)]
    >>> second_turns(said, [Interval(3.0, 3.5), Interval(3.8, 4.5), Interval(8.0, 8.5)])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Turn(start=3.0, end=3.5, speaker=8), Turn(start=3.8, end=4.0, speaker=8),
     Turn(start=4.0, end=4.5, speaker=7), Turn(start=8.0, end=8.5, speaker=9)]
    """
    found = []
    for stretch in overlap:
        place = bisect_right(turns, stretch.start, key=lambda turn: turn.end)
        while place < len(turns) and turns[place].start < stretch.end:
            start = max(stretch.start, turns[place].start)
            end = min(stretch.end, turns[place].end)
            before, after = _other(turns, place, -1), _other(turns, place, 1)
            if before and (not after or start - before.end <= after.start - end):
                found.append(Turn(start, end, before.speaker))
            elif after:
                found.append(Turn(start, end, after.speaker))
            place += 1
    return found


def merged(turns: Iterable[Turn]) -> list[Turn]:
    """Overlapping and touching turns of a speaker as one."""
    by_speaker: dict[int, list[Interval]] = {}
    for start, end, speaker in turns:
        by_speaker.setdefault(speaker, []).append(Interval(start, end))
    return sorted(
        Turn(start, end, speaker)
        for speaker, own in by_speaker.items()
        for start, end in union(own)
    )


def _other(turns: Sequence[Turn], place: int, step: int) -> Turn | None:
    """The nearest turn before (-1) or after (1) a turn that is another speaker's."""
    speaker = turns[place].speaker
    while 0 <= (place := place + step) < len(turns):
        if turns[place].speaker != speaker:
            return turns[place]
    return None


def _between(one: Window, other: Window, segment: Interval) -> Seconds:
    """The moment halfway between two windows, in their segment: windows of a grid may reach out of it."""
    return min(max((_middle(one) + _middle(other)) / 2, segment.start), segment.end)


def _middle(window: Window) -> Seconds:
    return (window.start + window.end) / 2
