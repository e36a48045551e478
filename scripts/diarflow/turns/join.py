"""Turns from consecutive windows of one speaker, with a second speaker in overlap."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from diarflow.embedding.windows import Window
from diarflow.timeline.intervals import Interval, Seconds, Turn, merge_turns


def load(*, max_gap: Seconds, second_speaker: str) -> Callable[..., list[Turn]]:
    def build(
        windows: Sequence[Window],
        labels: Sequence[int],
        *,
        segments: Sequence[Interval],
        overlap: Sequence[Interval],
        **_,
    ) -> list[Turn]:
        rows = [row for row, window in enumerate(windows) if not window.is_local_speaker]
        parts = split_segments_by_window(
            [windows[row] for row in rows], [labels[row] for row in rows], segments
        )
        turns = join_turns(parts, max_gap=max_gap)
        if second_speaker == "none" or not overlap:
            return turns
        return merge_turns([*turns, *second_speaker_turns(turns, overlap)])

    return build


def split_segments_by_window(
    windows: Sequence[Window], labels: Sequence[int], segments: Sequence[Interval]
) -> list[Turn]:
    """Split each segment between its windows, halfway between their centres, and return a turn for each part.

    The speaker of a turn is the label of its window. A segment without windows goes to the window with the nearest
    centre. If there are any windows, the turns cover the segments exactly.

    >>> windows = [Window(0.0, 1.0, 0), Window(0.5, 1.5, 0)]
    >>> split_segments_by_window(windows, [7, 8], [Interval(0.0, 2.0)])
    [Turn(start=0.0, end=0.75, speaker=7), Turn(start=0.75, end=2.0, speaker=8)]
    """
    order = sorted(range(len(windows)), key=lambda i: (windows[i].segment, windows[i].start))
    turns = []
    for place, index in enumerate(order):
        window = windows[index]
        segment = segments[window.segment]
        start, end = segment
        if place > 0 and (before := windows[order[place - 1]]).segment == window.segment:
            start = _border(before, window, segment)
        if (
            place + 1 < len(order)
            and (after := windows[order[place + 1]]).segment == window.segment
        ):
            end = _border(window, after, segment)
        turns.append(Turn(start, end, labels[index]))
    with_windows = {window.segment for window in windows}
    by_centre = sorted(order, key=lambda index: _centre(windows[index]))
    centres = [_centre(windows[index]) for index in by_centre]
    for number, (start, end) in enumerate(segments if windows else ()):
        if number not in with_windows:
            nearest = by_centre[nearest_index(centres, (start + end) / 2)]
            turns.append(Turn(start, end, labels[nearest]))
    return turns


def _border(before: Window, after: Window, segment: Interval) -> Seconds:
    """Return the time halfway between two windows, clipped to their segment: windows of a grid may leave it."""
    return min(max((_centre(before) + _centre(after)) / 2, segment.start), segment.end)


def _centre(window: Window) -> Seconds:
    return (window.start + window.end) / 2


def nearest_index(sorted_times: Sequence[Seconds], time: Seconds) -> int:
    """Return the index of the nearest of `sorted_times`; of equally near ones, the first.

    >>> [nearest_index([1.0, 2.0, 2.0, 5.0], time) for time in (0.0, 1.5, 1.9, 4.0, 9.0)]
    [0, 0, 1, 3, 3]
    """
    after = bisect_left(sorted_times, time)
    if after == 0:
        return 0
    before = bisect_left(sorted_times, sorted_times[after - 1])
    if after == len(sorted_times) or time - sorted_times[before] <= sorted_times[after] - time:
        return before
    return after


def join_turns(turns: Iterable[Turn], *, max_gap: Seconds) -> list[Turn]:
    """Join consecutive turns of one speaker that are at most `max_gap` apart.

    >>> join_turns([Turn(0.0, 1.0, 7), Turn(1.2, 2.0, 7), Turn(2.0, 3.0, 8)], max_gap=0.5)
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


def second_speaker_turns(turns: Sequence[Turn], overlap: Iterable[Interval]) -> list[Turn]:
    """Return turns of a second speaker in overlap: the speaker of the nearest turn of another speaker.

    `turns` are sorted and do not overlap. This is the heuristic of Otterson and Ostendorf 2007.

    >>> turns = [Turn(0.0, 4.0, 7), Turn(4.0, 9.0, 8), Turn(9.0, 12.0, 9)]
    >>> second_speaker_turns(turns, [Interval(3.0, 3.5), Interval(3.8, 4.5), Interval(8.0, 8.5)])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Turn(start=3.0, end=3.5, speaker=8), Turn(start=3.8, end=4.0, speaker=8),
     Turn(start=4.0, end=4.5, speaker=7), Turn(start=8.0, end=8.5, speaker=9)]
    """
    second = []
    for interval in overlap:
        index = bisect_right(turns, interval.start, key=lambda turn: turn.end)
        while index < len(turns) and turns[index].start < interval.end:
            start = max(interval.start, turns[index].start)
            end = min(interval.end, turns[index].end)
            before, after = _other_speaker(turns, index, -1), _other_speaker(turns, index, 1)
            if before and (not after or start - before.end <= after.start - end):
                second.append(Turn(start, end, before.speaker))
            elif after:
                second.append(Turn(start, end, after.speaker))
            index += 1
    return second


def _other_speaker(turns: Sequence[Turn], index: int, step: int) -> Turn | None:
    """Return the nearest turn before (`step` -1) or after (1) a turn that belongs to another speaker."""
    speaker = turns[index].speaker
    while 0 <= (index := index + step) < len(turns):
        if turns[index].speaker != speaker:
            return turns[index]
    return None
