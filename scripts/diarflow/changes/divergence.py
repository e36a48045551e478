"""Speaker changes at local maxima of the divergence between the audio before and after each moment.

Two adjacent windows of cepstral features are each modelled by a diagonal Gaussian and compared at every step. This is
the baseline of Yin et al. 2017. Recordings are processed ten minutes at a time, so memory is bounded.
"""

from collections.abc import Callable

import numpy as np

from diarflow.audio.features import HOP, cepstrum, frame_count, frame_time
from diarflow.audio.gaussian_divergence import gaussian_divergence
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.changes.peak_picking import Change, pick_peaks
from diarflow.timeline.intervals import Seconds

_PIECE = 60_000  # frames processed at once: ten minutes


def load(
    *, measure: str, window: Seconds, step: Seconds, min_distance: Seconds
) -> Callable[..., list[Change]]:
    def detect(*, audio, **_) -> list[Change]:
        with AudioReader(audio) as reader:
            times, scores = divergence_curve(reader, measure=measure, window=window, step=step)
        return pick_peaks(times, scores, min_distance=min_distance)

    return detect


def divergence_curve(
    reader: AudioReader, *, measure: str, window: Seconds, step: Seconds
) -> tuple[np.ndarray, np.ndarray]:
    """Return times (steps,) in seconds, and the divergence (steps,) of the windows before and after each.

    Near the ends of a recording, a window may be shortened to a third of `window`.
    """
    frames = frame_count(reader.samples)
    half = max(1, round(window * SAMPLE_RATE / HOP))
    stride = max(1, round(step * SAMPLE_RATE / HOP))
    shortest = max(2, half // 3)
    borders = np.arange(shortest, frames - shortest + 1, stride)
    scores = np.zeros(len(borders))
    for start in range(0, len(borders), max(1, _PIECE // stride)):
        piece = borders[start : start + max(1, _PIECE // stride)]
        first, last = max(0, piece[0] - half), min(frames, piece[-1] + half)
        features = cepstrum(reader, first, last)[:, 1:]
        by_coefficient = gaussian_divergence(features, piece - first, half=half, measure=measure)
        scores[start : start + len(piece)] = by_coefficient.sum(axis=1)
    return frame_time(borders - 0.5), scores
