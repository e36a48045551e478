"""Speaker changes where the local speakers of a segmentation network hand over to each other.

The score of a moment is half the sum, over a chunk's local speakers, of the difference in activity before and after
it, averaged over the chunks. It is 1 if one speaker hands over to another. Each chunk is compared only with itself,
so local speakers of different chunks need not be matched.
"""

from collections.abc import Callable

import numpy as np

from diarflow.changes.peak_picking import Change, pick_peaks
from diarflow.networks.chunks import Chunks, average_over_chunks
from diarflow.timeline.intervals import Seconds


def load(*, network: str, window: Seconds, min_distance: Seconds) -> Callable[..., list[Change]]:
    def detect(*, activations: Chunks, **_) -> list[Change]:
        half = max(1, round(window / activations.step))

        def chunk_scores(chunk: int) -> np.ndarray:
            return handover_scores(activations.probabilities(chunk), half)[:, None]

        scores = average_over_chunks(activations, chunk_scores, width=1)[:, 0]
        return pick_peaks(border_times(activations), scores, min_distance=min_distance)

    return detect


def handover_scores(activity: np.ndarray, half: int) -> np.ndarray:
    """Return how much activity (frames, local speakers) changes at the start of each frame, (frames,).

    The mean of the `half` frames before is compared with that of the `half` frames from it on. Scores near the ends
    of the chunk, where there are fewer frames, are 0.

    >>> handover_scores(np.array([[1, 0, 0]] * 3 + [[0, 1, 0]] * 3), 2).round(2).tolist()
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
    """Return the start (frames,) of each frame of the grid in seconds."""
    return chunks.times() - chunks.step / 2
