"""Vectors of CAM++ from the statistics of its frames (`diarflow.networks.campplus`), pooled over windows."""

from collections.abc import Callable, Sequence

import numpy as np

from diarflow.embedding.windows import Window
from diarflow.networks.campplus import BLOCK, pool_blocks, read_head
from diarflow.timeline.intervals import Seconds


def load(
    *,
    model: str,
    frames: str,
    network: str | None,
    window: Seconds,
    hop: Seconds | None,
    grid: bool,
    min_speech_ratio: float,
) -> Callable:
    weights, bias = read_head(model)

    def embed(audio, windows: Sequence[Window], statistics: np.ndarray) -> np.ndarray:
        """Return vectors, float32 (windows, 192), of any length. `statistics` are float16 (blocks, 1024)."""
        return pooled_vectors(windows, statistics, weights, bias)

    return embed


def pooled_vectors(
    windows: Sequence[Window], statistics: np.ndarray, weights: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """Return a vector for each window, float32 (windows, dimensions), from the blocks inside it.

    A window that lies between two blocks or after the last one gets the nearest block.
    """
    pooled = np.zeros((len(windows), statistics.shape[1]), np.float32)
    for row, window in enumerate(windows):
        first = min(round(window.start / BLOCK), len(statistics) - 1)
        last = max(first + 1, round(window.end / BLOCK))
        pooled[row] = pool_blocks(statistics[first:last])
    return pooled @ weights.T + bias
