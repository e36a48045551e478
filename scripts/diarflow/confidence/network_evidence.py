"""Evidence from the activations of a segmentation network."""

from collections.abc import Sequence

import numpy as np

from diarflow.confidence.pieces import Pieces
from diarflow.embedding.windows import Window
from diarflow.networks.chunks import CLASSES, Chunks, average_over_chunks
from diarflow.turns.activations import cluster_activity

_COUNTS = np.array([len(name) for name in CLASSES])
_MOST = int(_COUNTS.max())


def count_probabilities(chunks: Chunks) -> np.ndarray:
    """Return the probability of 0, 1 and 2 active speakers at each frame, averaged over the chunks, and the variance
    of their expected number over the chunks: (frames, 4).
    """
    of_class = np.eye(_MOST + 1)[_COUNTS]

    def values(chunk: int) -> np.ndarray:
        probabilities = chunks.values[chunk].astype(np.float32) @ of_class
        expected = probabilities @ np.arange(_MOST + 1)
        return np.column_stack([probabilities, expected**2])

    means = average_over_chunks(chunks, values, width=_MOST + 2).astype(np.float64)
    expected = means[:, : _MOST + 1] @ np.arange(_MOST + 1)
    means[:, -1] = np.maximum(means[:, -1] - expected**2, 0.0)
    return means


def network_evidence(
    chunks: Chunks, probabilities: np.ndarray, pieces: Pieces, active: np.ndarray
) -> dict[str, np.ndarray]:
    """Return for each piece, as arrays (pieces,):

    - `speech`: probability that anyone is active
    - `count`: probability of as many active speakers as there are turns
    - `count_spread`: standard deviation of the expected number of active speakers over the chunks

    `probabilities` are those of `count_probabilities`. `active` (frames,) is the number of speakers in the turns.
    """
    frames = np.arange(len(active))
    right = probabilities[frames, np.minimum(active, _MOST)]
    columns = [1 - probabilities[:, 0], right, np.sqrt(probabilities[:, -1])]
    means = mean_over_pieces(np.column_stack(columns), chunks, pieces)
    return dict(zip(("speech", "count", "count_spread"), means.T, strict=True))


def activity_evidence(
    chunks: Chunks, windows: Sequence[Window], owners: np.ndarray, pieces: Pieces
) -> dict[str, np.ndarray]:
    """Return for each piece, as arrays (pieces,):

    - `activity`: probability by the network that its speaker is active
    - `activity_margin`: this minus the probability of the most active other speaker

    `owners` (windows,) are the speakers of the windows.
    """
    count = len(pieces.names)
    activity = cluster_activity(chunks, windows, owners, count)
    means = mean_over_pieces(activity, chunks, pieces)
    own = means[np.arange(len(means)), pieces.speaker]
    others = np.where(np.arange(count) == pieces.speaker[:, None], 0.0, means)
    return {"activity": own, "activity_margin": own - others.max(axis=1)}


def mean_over_pieces(values: np.ndarray, chunks: Chunks, pieces: Pieces) -> np.ndarray:
    """Return the mean of the values (frames, n) over the frames of each piece, (pieces, n).

    A piece between two frames gets the values of the next frame.
    """
    times = chunks.times()
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=float)])
    first = np.minimum(np.searchsorted(times, pieces.start), len(times) - 1)
    last = np.clip(np.searchsorted(times, pieces.end), first + 1, len(times))
    return (sums[last] - sums[first]) / (last - first)[:, None]
