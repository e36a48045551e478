"""Operations on clusters of unit vectors: mean directions, sizes, merging, and removal of small clusters.

Unit vectors have shape (n, dimensions). Labels are int (n,), numbered from 0.
"""

import numpy as np

from diarflow.embedding.vectors import unit_vectors

# Share of the speech, relative to an equal share, below which a cluster is small.
_SMALL = 1 / 8
# Added to the threshold of the cosine similarity for a pair with a small cluster, and for a pair of large ones.
_SMALL_OFFSET, _LARGE_OFFSET = -0.15, 0.05


def mean_directions(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean of each cluster scaled to length one, (clusters, dimensions)."""
    sums = np.zeros((labels.max() + 1, vectors.shape[1]))
    np.add.at(sums, labels, vectors)
    return unit_vectors(sums)


def soft_assignment(vectors: np.ndarray, means: np.ndarray, sharpness: float) -> np.ndarray:
    """Return the softmax of `sharpness` times the cosine of each vector and each mean, (n, clusters)."""
    similarities = sharpness * vectors @ means.T
    weights = np.exp(similarities - similarities.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def speech_shares(labels: np.ndarray, durations: np.ndarray) -> np.ndarray:
    """Return each cluster's share (clusters,) of the total duration."""
    totals = np.bincount(labels, weights=durations)
    return totals / max(totals.sum(), 1e-9)


def extend_labels(vectors: np.ndarray, labelled: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Label all rows: rows `labelled` (m,) have `labels` (m,), and each other row joins the nearest cluster."""
    extended = (vectors @ mean_directions(vectors[labelled], labels).T).argmax(axis=1)
    extended[labelled] = labels
    return extended


def reassign_small_clusters(
    vectors: np.ndarray,
    labels: np.ndarray,
    shares: np.ndarray,
    *,
    min_speaker_share: float,
    low: int,
    high: int,
) -> np.ndarray:
    """Move the rows of small clusters to the nearest of the clusters that are kept.

    The clusters with at least `min_speaker_share` of the speech are kept, but no fewer than the `low` largest and
    no more than the `high` largest. `shares` (clusters,) are the shares of the speech.
    """
    order = np.argsort(-shares, kind="stable")
    count = max(low, min(high, int((shares >= min_speaker_share).sum())))
    kept = np.sort(order[:count])
    nearest = kept[(vectors @ mean_directions(vectors, labels)[kept].T).argmax(axis=1)]
    reassigned = np.where(np.isin(labels, kept), labels, nearest)
    return np.unique(reassigned, return_inverse=True)[1]


def merge_close_clusters(
    vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray, *, threshold: float, low: int
) -> np.ndarray:
    """Merge the two clusters whose similarity exceeds their threshold the most, until no pair reaches its threshold.

    The similarity is that of the mean directions (cosine). The threshold of a pair is `threshold`, adjusted for the sizes
    of the clusters. At least `low` clusters are left. A threshold of 1 merges nothing. `weights` (n,) are the weights of
    the vectors in the means. The size of a cluster is the sum of its weights.

    >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> merge_close_clusters(vectors, np.arange(3), np.ones(3), threshold=0.7, low=1).tolist()
    [0, 0, 1]
    """
    labels = np.unique(labels, return_inverse=True)[1]
    while threshold < 1 and labels.max(initial=0) >= max(1, low):
        means = mean_directions(vectors * weights[:, None], labels)
        margins = means @ means.T - _merge_thresholds(speech_shares(labels, weights), threshold)
        np.fill_diagonal(margins, -np.inf)
        first, second = np.unravel_index(margins.argmax(), margins.shape)
        if margins[first, second] < 0:
            break
        labels = np.unique(np.where(labels == second, first, labels), return_inverse=True)[1]
    return labels


def _merge_thresholds(shares: np.ndarray, threshold: float) -> np.ndarray:
    """Return the cosine similarity from which each pair of clusters is merged, (clusters, clusters).

    It depends on the smaller cluster. A cluster with less than an eighth of an equal share of the speech is rarely
    a speaker: it mostly holds loud speech, or speech in overlap, of another cluster's speaker. So its threshold is
    lower. Two clusters with at least an equal share each are rarely one speaker. So their threshold is higher.

    >>> _merge_thresholds(np.array([0.6, 0.38, 0.02]), 0.65).round(2).tolist()[0]
    [0.7, 0.7, 0.5]
    """
    relative = np.minimum.outer(shares, shares) * len(shares)
    offsets = np.where(
        relative < _SMALL, _SMALL_OFFSET, np.where(relative >= 1, _LARGE_OFFSET, 0.0)
    )
    return threshold + offsets
