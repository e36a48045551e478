"""The Bi-LSTM's short and sharp view, and the divergence's long one.

The network hears 3.2 s; whether the voices before and after a moment differ over longer stretches says more.
Score: the log-odds of the network plus `weight` times the log of the divergence (likelihood ratio) around
the same moment.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from diarflow.artifacts.arrays import read_array, read_times
from diarflow.audio.prepared import Clip
from diarflow.changes import divergence
from diarflow.changes.peak_picking import Change, pick
from diarflow.timeline.intervals import Seconds

_SURE = 1e-6  # a score no nearer to 0 or 1 than this
_FLOOR = 0.05  # nats: divergences below it are all the same
_STEP: Seconds = 0.1


def load(
    *, network: str, weight: float, window: Seconds, min_distance: Seconds, prominence: float
) -> Callable[[Any], list[Change]]:
    def find(files) -> list[Change]:
        scores = read_array(files.activations)
        if not len(scores):
            return []
        times = read_times(files.activations)
        with Clip(files.audio) as clip:
            moments, curve = divergence.curve(
                clip, measure="likelihood-ratio", window=window, step=_STEP
            )
        long = np.interp(times, moments, curve) if len(moments) else np.zeros(len(times))
        fused = fuse(scores[:, 0], long, weight=weight)
        return pick(times, fused, min_distance=min_distance, prominence=prominence)

    return find


def fuse(scores: np.ndarray, divergences: np.ndarray, *, weight: float) -> np.ndarray:
    """Log-odds of scores (frames,) plus the weighted log of divergences (frames,) in nats.

    >>> fuse(np.array([0.5, 0.5]), np.array([0.95, 0.0]), weight=2.0).round(2).tolist()
    [0.0, -5.99]
    """
    sure = np.clip(scores.astype(np.float64), _SURE, 1 - _SURE)
    long = np.log(np.maximum(divergences, 0.0) + _FLOOR)
    return np.log(sure / (1 - sure)) + weight * long
