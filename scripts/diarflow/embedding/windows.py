"""Which stretches of a recording are embedded."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Interval, Seconds, outside, union


class Window(NamedTuple):
    """A row of the windows table: a window, or (`chunk` and `local` not -1) a local speaker of a chunk."""

    start: Seconds
    end: Seconds
    segment: int
    chunk: int = -1
    local: int = -1


def cut_windows(
    segments: Iterable[Interval],
    overlap: Iterable[Interval] = (),
    *,
    length: Seconds,
    hop: Seconds | None,
) -> list[Window]:
    """Windows of `length` every `hop` inside each segment; with `hop` None only the first of each.

    No window leaves its segment: the last one ends with it, and a segment shorter than `length` is one
    window of its own length. Where several people speak at once nothing is embedded, unless a segment
    holds nothing else.

    >>> windows = cut_windows([Interval(0.0, 2.5), Interval(3.0, 3.4)], length=1.0, hop=0.75)
    >>> [(w.start, w.end, w.segment) for w in windows]
    [(0.0, 1.0, 0), (0.75, 1.75, 0), (1.5, 2.5, 0), (3.0, 3.4, 1)]
    """
    windows = []
    overlap = union(overlap)
    for index, segment in enumerate(segments):
        for piece in outside(segment, overlap) or [segment]:
            duration = piece.end - piece.start
            if duration <= length:
                windows.append(Window(*piece, index))
            elif hop is None:
                windows.append(Window(piece.start, piece.start + length, index))
            else:
                count = int(np.ceil((duration - length) / hop - 1e-6))
                starts = [piece.start + i * hop for i in range(count)]
                windows += [Window(start, start + length, index) for start in starts]
                windows.append(Window(piece.end - length, piece.end, index))
            if hop is None:
                break
    return windows


def grid_windows(
    segments: Iterable[Interval],
    overlap: Iterable[Interval] = (),
    *,
    length: Seconds,
    hop: Seconds,
    duration: Seconds,
    least_speech: float,
) -> list[Window]:
    """Windows of `length` every `hop` from the start of the recording, whatever the segments' borders.

    Those count whose share of speech without overlap is `least_speech` or more; where none is, the best one;
    where all speech is overlap, it counts.
    `segment` is the one that most of the window's speech is in.

    >>> windows = grid_windows([Interval(0.0, 1.0), Interval(1.2, 3.0)], length=1.0, hop=0.5,
    ...                        duration=4.0, least_speech=0.6)
    >>> [(w.start, w.end, w.segment) for w in windows]
    [(0.0, 1.0, 0), (0.5, 1.5, 0), (1.0, 2.0, 1), (1.5, 2.5, 1), (2.0, 3.0, 1)]
    """
    segments, overlap = list(segments), union(overlap)
    count = max(1, 1 + int((duration - length) / hop + 1e-6))
    speech = np.zeros(count)
    most, owner = np.zeros(count), np.zeros(count, int)
    for index, segment in enumerate(segments):
        inside = np.zeros(count)
        for piece in outside(segment, overlap):
            first = max(0, int(np.ceil((piece.start - length) / hop)))
            last = min(count, int(piece.end / hop) + 1)
            starts = np.arange(first, last) * hop
            held = np.minimum(starts + length, piece.end) - np.maximum(starts, piece.start)
            inside[first:last] += np.maximum(held, 0)
        speech += inside
        owner[inside > most] = index
        most = np.maximum(most, inside)
    if overlap and not speech.any():
        return grid_windows(
            segments, length=length, hop=hop, duration=duration, least_speech=least_speech
        )
    least = min(least_speech * length, speech.max()) - 1e-6
    kept = np.flatnonzero((speech >= least) & (speech > 0))
    return [Window(float(i * hop), float(i * hop + length), int(owner[i])) for i in kept]


def place_windows(
    segments: list[Interval],
    overlap: list[Interval],
    *,
    duration: Seconds,
    window: Seconds,
    hop: Seconds | None,
    grid: bool = False,
    least_speech: float = 0.0,
    **_,
) -> list[Window]:
    """Windows as an embedding's settings say."""
    if not grid:
        return cut_windows(segments, overlap, length=window, hop=hop)
    every = window if hop is None else hop
    return grid_windows(
        segments, overlap, length=window, hop=every, duration=duration, least_speech=least_speech
    )
