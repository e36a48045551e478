"""How much the voice before a moment differs from the voice after it: the classic baseline.

Two adjacent windows of cepstral features, each modelled by one diagonal Gaussian, are compared at every
step; high local maxima are changes. It is the baseline of Yin et al. 2017. Memory is bounded: long
recordings are worked through ten minutes at a time.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from diarflow.audio.features import HOP, cepstrum, frame_count, frame_time
from diarflow.audio.gaussian_divergence import divergence
from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.changes.peak_picking import Change, pick
from diarflow.timeline.intervals import Seconds

_PIECE = 60_000  # frames worked on at once: ten minutes


def load(
    *, measure: str, window: Seconds, step: Seconds, min_distance: Seconds
) -> Callable[[Any], list[Change]]:
    def find(files) -> list[Change]:
        with Clip(files.audio) as clip:
            times, scores = curve(clip, measure=measure, window=window, step=step)
        return pick(times, scores, min_distance=min_distance)

    return find


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
        by_coefficient = divergence(features, piece - first, half=half, measure=measure)
        scores[start : start + len(piece)] = by_coefficient.sum(axis=1)
    return frame_time(borders - 0.5), scores
