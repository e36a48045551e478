"""Windows: the stretches of a recording that are embedded."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from diarflow.timeline.intervals import Interval, Seconds, merge_overlapping, subtract


class Window(NamedTuple):
    """A row of the windows table: a window, or a local speaker of a chunk.

    `segment` is the index of a segment. `chunk` and `local_speaker` are -1 for a window.
    """

    start: Seconds
    end: Seconds
    segment: int
    chunk: int = -1
    local_speaker: int = -1

    @property
    def is_local_speaker(self) -> bool:
        return self.chunk >= 0


def place_windows(
    segments: list[Interval],
    overlap: list[Interval],
    *,
    duration: Seconds,
    window: Seconds,
    hop: Seconds | None,
    grid: bool = False,
    min_speech_ratio: float = 0.0,
    **_: Any,
) -> list[Window]:
    """Place the windows of a recording by the settings of an embedding variant.

    Settings that do not concern the windows are ignored.
    """
    if not grid:
        return cut_windows(segments, overlap, length=window, hop=hop)
    return grid_windows(
        segments, overlap, length=window, hop=window if hop is None else hop,
        duration=duration, min_speech_ratio=min_speech_ratio,
    )  # fmt: skip


def cut_windows(
    segments: Iterable[Interval],
    overlap: Iterable[Interval] = (),
    *,
    length: Seconds,
    hop: Seconds | None,
) -> list[Window]:
    """Cut each segment into windows of `length`, one every `hop`; if `hop` is None, only the first one.

    The last window of a segment ends with the segment. A segment that is shorter than `length` is one window.
    Overlap is left out, unless a segment consists of overlap only.

    >>> windows = cut_windows([Interval(0.0, 2.5), Interval(3.0, 3.4)], length=1.0, hop=0.75)
    >>> [(w.start, w.end, w.segment) for w in windows]
    [(0.0, 1.0, 0), (0.75, 1.75, 0), (1.5, 2.5, 0), (3.0, 3.4, 1)]
    """
    windows = []
    overlap = merge_overlapping(overlap)
    for index, segment in enumerate(segments):
        for piece in subtract(segment, overlap) or [segment]:
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
    min_speech_ratio: float,
) -> list[Window]:
    """Return the windows of `length`, one every `hop` from the start of the recording, that contain enough speech.

    At least `min_speech_ratio` of a window must be speech without overlap. If no window has as much, the one
    with the most is returned. In a recording in which all speech is overlap, overlap counts as speech.
    `segment` of a window is the segment that covers most of it.

    >>> windows = grid_windows([Interval(0.0, 1.0), Interval(1.2, 3.0)], length=1.0, hop=0.5,
    ...                        duration=4.0, min_speech_ratio=0.6)
    >>> [(w.start, w.end, w.segment) for w in windows]
    [(0.0, 1.0, 0), (0.5, 1.5, 0), (1.0, 2.0, 1), (1.5, 2.5, 1), (2.0, 3.0, 1)]
    """
    segments, overlap = list(segments), merge_overlapping(overlap)
    count = max(1, 1 + int((duration - length) / hop + 1e-6))
    speech = np.zeros(count)  # seconds in each window
    most, owner = np.zeros(count), np.zeros(count, int)
    for index, segment in enumerate(segments):
        in_segment = np.zeros(count)
        for piece in subtract(segment, overlap):
            first = max(0, int(np.ceil((piece.start - length) / hop)))
            last = min(count, int(piece.end / hop) + 1)
            starts = np.arange(first, last) * hop
            shared = np.minimum(starts + length, piece.end) - np.maximum(starts, piece.start)
            in_segment[first:last] += np.maximum(shared, 0)
        speech += in_segment
        owner[in_segment > most] = index
        most = np.maximum(most, in_segment)
    if overlap and not speech.any():
        return grid_windows(
            segments, length=length, hop=hop, duration=duration, min_speech_ratio=min_speech_ratio
        )
    required = min(min_speech_ratio * length, speech.max()) - 1e-6
    kept = np.flatnonzero((speech >= required) & (speech > 0))
    return [Window(float(i * hop), float(i * hop + length), int(owner[i])) for i in kept]
