"""Speaker changes where the local speakers of a segmentation network take turns.

Score: how much the activity of a chunk's local speakers differs before and after a moment, half of the sum
over them, averaged over the chunks that hear it: 1 where one speaker hands over to another. Which local
speaker is whom does not matter: each chunk is only compared with itself.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from diarflow.changes.peak_picking import Change, pick
from diarflow.networks.chunks import Chunks, overlap_added, read_chunks
from diarflow.timeline.intervals import Seconds


def load(*, network: str, window: Seconds, min_distance: Seconds) -> Callable[[Any], list[Change]]:
    def find(files) -> list[Change]:
        chunks = read_chunks(files.activations)
        if not chunks.frames:
            return []
        half = max(1, round(window / chunks.step))
        scores = overlap_added(
            chunks, lambda one: handover(chunks.probable(one), half)[:, None], width=1
        )[:, 0]
        return pick(border_times(chunks), scores, min_distance=min_distance)

    return find


def handover(activity: np.ndarray, half: int) -> np.ndarray:
    """How much `activity` (frames, local speakers) changes between the `half` frames before each and those from it on.

    Near the ends of a chunk, where fewer are there, it is 0.

    >>> handover(np.array([[1, 0, 0]] * 3 + [[0, 1, 0]] * 3), 2).round(2).tolist()
    [0.0, 0.0, 0.5, 1.0, 0.5, 0.0]
    """
    summed = np.concatenate([np.zeros((1, activity.shape[1])), np.cumsum(activity, axis=0)])
    scores = np.zeros(len(activity))
    middles = np.arange(half, len(activity) - half + 1)
    before = summed[middles] - summed[middles - half]
    after = summed[middles + half] - summed[middles]
    scores[half : len(activity) - half + 1] = np.abs(after - before).sum(axis=1) / half / 2
    return scores


def border_times(chunks: Chunks) -> np.ndarray:
    """The moments (frames,) between each frame of the grid and the one before it."""
    return chunks.times() - chunks.step / 2
