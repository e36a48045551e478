"""Speaker changes at local maxima of the Bi-LSTM's scores, fused with the divergence.

The Bi-LSTM processes windows of 3.2 s. The divergence compares longer intervals before and after a moment, and so
adds information. The score is the log-odds of the Bi-LSTM's score plus `weight` times the log of the divergence
(likelihood ratio) at the same moment.
"""

from collections.abc import Callable

import numpy as np

from diarflow.audio.prepared import AudioReader
from diarflow.changes.divergence import divergence_curve
from diarflow.changes.peak_picking import Change, pick_peaks
from diarflow.networks.activations import FrameScores
from diarflow.timeline.intervals import Seconds

_MARGIN = 1e-6  # scores are clipped to this distance from 0 and 1
_FLOOR = 0.05  # nats; differences between divergences far below it are ignored
_STEP: Seconds = 0.1


def load(
    *, network: str, weight: float, window: Seconds, min_distance: Seconds, prominence: float
) -> Callable[..., list[Change]]:
    def detect(*, audio, activations: FrameScores, **_) -> list[Change]:
        times = activations.times
        with AudioReader(audio) as reader:
            moments, curve = divergence_curve(
                reader, measure="likelihood-ratio", window=window, step=_STEP
            )
        divergences = np.interp(times, moments, curve) if len(moments) else np.zeros(len(times))
        scores = fuse_scores(activations.values[:, 0], divergences, weight=weight)
        return pick_peaks(times, scores, min_distance=min_distance, prominence=prominence)

    return detect


def fuse_scores(scores: np.ndarray, divergences: np.ndarray, *, weight: float) -> np.ndarray:
    """Return the log-odds of scores (frames,) plus `weight` times the log of divergences (frames,) in nats.

    >>> fuse_scores(np.array([0.5, 0.5]), np.array([0.95, 0.0]), weight=2.0).round(2).tolist()
    [0.0, -5.99]
    """
    probabilities = np.clip(scores.astype(np.float64), _MARGIN, 1 - _MARGIN)
    log_divergences = np.log(np.maximum(divergences, 0.0) + _FLOOR)
    return np.log(probabilities / (1 - probabilities)) + weight * log_divergences
