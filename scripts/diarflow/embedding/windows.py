"""Which stretches of a recording are embedded."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from diarflow.intervals import Interval, Seconds, outside, union


class Window(NamedTuple):
    start: Seconds
    end: Seconds
    segment: int


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

    >>> cut_windows([Interval(0.0, 2.5), Interval(3.0, 3.4)], length=1.0, hop=0.75)
    ... # doctest: +NORMALIZE_WHITESPACE
    [Window(start=0.0, end=1.0, segment=0), Window(start=0.75, end=1.75, segment=0),
     Window(start=1.5, end=2.5, segment=0), Window(start=3.0, end=3.4, segment=1)]
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
