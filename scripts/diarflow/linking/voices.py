"""Voices: the mean vector of each speaker of a recording, with the amount of clean speech that it comes from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.embedding.vectors import unit_vectors
from diarflow.timeline.intervals import (
    Interval,
    Seconds,
    Turn,
    intervals_by_speaker,
    merge_overlapping,
)

_MIN_SHARE = 0.6  # of a clean window: time of its speaker
_MAX_OTHERS = 0.1  # of a clean window: time of other speakers
_FEW = 3  # a speaker with fewer clean windows is represented by the best ones


class Voice(NamedTuple):
    """Voice of a speaker of one recording.

    `vector` (dimensions,) is the weighted mean of the vectors of the speaker's windows; empty
    without windows. `talk_time` is that of the turns, `clean_time` that of the windows, each second counted once.
    `coherence` is the length of the mean of the unit vectors, 1 if all windows are alike. `start` is that of the cleanest stretch.
    """

    speaker: str
    vector: np.ndarray
    talk_time: Seconds
    clean_time: Seconds
    coherence: float
    start: Seconds


def summarize_speakers(
    turns: Iterable[Turn], windows: Mapping[str, np.ndarray], vectors: np.ndarray
) -> list[Voice]:
    """Return the voice of each speaker of the turns, in alphabetical order.

    `windows` are the columns `start`, `end` and `chunk` (rows,) of the vectors (rows, dimensions). Rows of local
    speakers are not used. A window is clean if at least 60 percent of it belong to the speaker, and at most 10 percent
    to others. A speaker with fewer than three clean windows is represented by up to three windows with the largest
    difference between the speaker's time and that of others; windows in which others have more time are left out.
    """
    is_window = np.asarray(windows["chunk"]) < 0
    start, end = windows["start"][is_window], windows["end"][is_window]
    vectors = vectors[is_window] if len(is_window) else np.zeros((0, 0))
    speech = intervals_by_speaker(turns)
    own = {name: covered_time(start, end, intervals) for name, intervals in speech.items()}
    total = sum(own.values(), np.zeros(len(start)))
    return [
        _voice(name, speech[name], own[name], total - own[name], start, end, vectors)
        for name in sorted(speech)
    ]


def _voice(
    name: str,
    speech: Sequence[Interval],
    own: np.ndarray,
    others: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    vectors: np.ndarray,
) -> Voice:
    talk_time = sum(interval.end - interval.start for interval in speech)
    length = np.maximum(end - start, 1e-9)
    rows = np.flatnonzero((own >= _MIN_SHARE * length) & (others <= _MAX_OTHERS * length))
    if len(rows) < _FEW:
        margin = own - others
        rows = np.sort(np.argsort(-margin, kind="stable")[:_FEW])
        rows = rows[margin[rows] > 0]
    if not len(rows):
        return Voice(name, np.zeros(0), talk_time, 0.0, 0.0, speech[0].start)
    weights = own[rows] / own[rows].sum()
    mean = weights @ vectors[rows].astype(np.float64)
    coherence = np.linalg.norm(weights @ unit_vectors(vectors[rows], np.float64))
    stretches = merge_overlapping(
        Interval(*pair) for pair in zip(start[rows], end[rows], strict=True)
    )
    longest = max(stretches, key=lambda stretch: (stretch.end - stretch.start, -stretch.start))
    return Voice(
        name,
        mean,
        talk_time,
        _shared_time(stretches, speech),
        float(coherence),
        longest.start,
    )


def covered_time(start: np.ndarray, end: np.ndarray, intervals: Sequence[Interval]) -> np.ndarray:
    """Return the seconds of each window [start, end) (windows,) that sorted, disjoint intervals cover.

    >>> covered_time(np.array([0.0, 2.0]), np.array([1.5, 3.0]), [Interval(1.0, 2.5)]).tolist()
    [0.5, 0.5]
    """
    if not intervals:
        return np.zeros(len(start))
    starts = np.array([interval.start for interval in intervals])
    ends = np.array([interval.end for interval in intervals])
    before = np.concatenate([[0.0], np.cumsum(ends - starts)])

    def covered_until(time: np.ndarray) -> np.ndarray:
        index = np.searchsorted(starts, time, side="right")
        inside = np.minimum(time, ends[index - 1]) - starts[index - 1]
        return np.where(index > 0, before[np.maximum(index - 1, 0)] + np.maximum(inside, 0), 0.0)

    return np.maximum(covered_until(end) - covered_until(start), 0.0)


def _shared_time(stretches: Sequence[Interval], speech: Sequence[Interval]) -> Seconds:
    starts, ends = (np.array(column) for column in zip(*stretches, strict=True))
    return float(covered_time(starts, ends, speech).sum())
