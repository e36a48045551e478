"""Conversion between decisions on frames and time intervals."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Interval, Seconds


class FrameBounds(NamedTuple):
    """Start and end (frames,) of each frame, in seconds."""

    starts: np.ndarray
    ends: np.ndarray


def contiguous_frames(count: int, duration: Seconds) -> FrameBounds:
    """Return the bounds of `count` frames of equal `duration`, the first of which starts at 0.

    >>> contiguous_frames(3, 0.5).ends.tolist()
    [0.5, 1.0, 1.5]
    """
    borders = np.arange(count + 1) * duration
    return FrameBounds(borders[:-1], borders[1:])


def frames_to_intervals(active: np.ndarray, bounds: FrameBounds) -> list[Interval]:
    """Return the intervals of consecutive active frames; `active` is bool (frames,).

    >>> frames_to_intervals(np.array([True, False, True, True]), contiguous_frames(4, 0.5))
    [Interval(start=0.0, end=0.5), Interval(start=1.0, end=2.0)]
    """
    first, last = _runs(active)
    starts, ends = bounds.starts[first].tolist(), bounds.ends[last - 1].tolist()
    return [Interval(start, end) for start, end in zip(starts, ends, strict=True)]


def intervals_to_frames(intervals: Iterable[Interval], centres: np.ndarray) -> np.ndarray:
    """Return a bool (frames,) that is true for frames whose centre lies in an interval.

    `centres` (frames,) are sorted times in seconds.

    >>> intervals_to_frames([Interval(0.4, 1.5)], np.array([0.5, 1.0, 1.5])).tolist()
    [True, True, False]
    """
    active = np.zeros(len(centres), bool)
    for start, end in intervals:
        first, last = np.searchsorted(centres, [start, end])
        active[first:last] = True
    return active


def hysteresis(scores: np.ndarray, *, onset: float, offset: float) -> np.ndarray:
    """Apply two thresholds to scores (frames,), and return bool (frames,).

    A frame becomes active when its score exceeds `onset`. The following frames stay active until a score does not
    exceed `offset`. An `offset` above `onset` has no effect.

    >>> hysteresis(np.array([0.4, 0.6, 0.4, 0.2, 0.4]), onset=0.5, offset=0.3).tolist()
    [False, True, True, False, False]
    """
    active = np.zeros(len(scores), bool)
    for first, last in zip(*_runs(scores > min(onset, offset)), strict=True):
        above = np.flatnonzero(scores[first:last] > onset)
        if len(above):
            active[first + above[0] : last] = True
    return active


def _runs(active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first frame of each run of active frames, and the frame after its last."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]])))
    return borders[::2], borders[1::2]
