"""How much the voice before a moment differs from the voice after it: the classic baseline.

Two adjacent windows of cepstral features, each modelled by one diagonal Gaussian, are compared at every
step; high local maxima are changes. It is the baseline of Yin et al. 2017. Memory is bounded: long
recordings are worked through ten minutes at a time.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from diarflow.audio import SAMPLE_RATE, Clip
from diarflow.changes.peaks import Change, pick
from diarflow.features import HOP, cepstrum, frame_count, frame_time
from diarflow.intervals import Seconds

_VARIANCE_FLOOR = 1.0  # dB^2; keeps digital silence from dividing by nothing
_PIECE = 60_000  # frames worked on at once: ten minutes


def load(
    *, measure: str, window: Seconds, step: Seconds, threshold: float, min_distance: Seconds
) -> Callable[[Any], list[Change]]:
    def detect(files) -> list[Change]:
        with Clip(files.audio) as clip:
            times, scores = curve(clip, measure=measure, window=window, step=step)
        return pick(times, scores, threshold=threshold, min_distance=min_distance)

    return detect


def curve(
    clip: Clip, *, measure: str, window: Seconds, step: Seconds
) -> tuple[np.ndarray, np.ndarray]:
    """Times (steps,) in seconds, and the divergence (steps,) between what lies before and after each."""
    frames = frame_count(clip.samples)
    half = max(1, round(window * SAMPLE_RATE / HOP))
    stride = max(1, round(step * SAMPLE_RATE / HOP))
    least = max(2, half // 3)  # near the ends a window may be cut to a third
    borders = np.arange(least, frames - least + 1, stride)
    scores = np.zeros(len(borders))
    for start in range(0, len(borders), max(1, _PIECE // stride)):
        piece = borders[start : start + max(1, _PIECE // stride)]
        first, last = max(0, piece[0] - half), min(frames, piece[-1] + half)
        features = cepstrum(clip, first, last)[:, 1:]
        scores[start : start + len(piece)] = divergence(
            features, piece - first, half=half, measure=measure
        )
    return frame_time(borders - 0.5), scores


def divergence(features: np.ndarray, borders: np.ndarray, *, half: int, measure: str) -> np.ndarray:
    """Divergence (borders,) of up to `half` frames before each border and as many from it on.

    `features` (frames, coefficients). "gaussian" is the distance of the means in units of both standard
    deviations, sum of (m1 - m2)^2 / (s1 s2) (Barras et al. 2006); "likelihood-ratio" is how much better
    two Gaussians explain the frames than one does, in nats a frame of two full windows.
    """
    zero = np.zeros((1, features.shape[1]))
    x = features.astype(np.float64)
    sums, squares = (np.concatenate([zero, np.cumsum(v, axis=0)]) for v in (x, x * x))

    def moments(first, last):
        count = (last - first)[:, None]
        mean = (sums[last] - sums[first]) / count
        variance = (squares[last] - squares[first]) / count - mean**2
        return count, mean, np.maximum(variance, _VARIANCE_FLOOR)

    before, after = np.maximum(0, borders - half), np.minimum(len(x), borders + half)
    n1, m1, v1 = moments(before, borders)
    n2, m2, v2 = moments(borders, after)
    if measure == "gaussian":
        return ((m1 - m2) ** 2 / np.sqrt(v1 * v2)).sum(axis=1)
    n, _, v = moments(before, after)
    return (n * np.log(v) - n1 * np.log(v1) - n2 * np.log(v2)).sum(axis=1) / (4 * half)
