"""NME-SC: spectral clustering that estimates its own parameter and the number of speakers.

Park, Han, Kumar, Narayanan, "Auto-tuning spectral clustering for speaker diarization using normalized maximum
eigengap" (2020). The affinity of each vector is limited to its p nearest neighbours. Of several values of p, the one
with the largest eigengap relative to p is chosen, and the position of that gap is the number of speakers.
"""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import build_tree, cut_tree, pool
from diarflow.clustering.clusters import mean_directions, reassign_small_clusters, speech_shares
from diarflow.clustering.embeddings import Embeddings

_NEIGHBOUR_SHARES = (0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3)  # p / n
_DECIMALS = 9  # of eigenvalues


def load(*, min_speaker_share: float, max_points: int, seed: int) -> Callable:
    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        vectors = embeddings.unit_vectors
        if len(vectors) < 2:
            return np.zeros(len(vectors), int)
        pools = pool(vectors, np.full(len(vectors), -1), max_points=max_points)
        means = mean_directions(vectors, pools)
        labels = _cluster_spectrally(means, low=low, high=high, seed=seed)[pools]
        return reassign_small_clusters(
            vectors, labels, speech_shares(labels, embeddings.durations),
            min_speaker_share=min_speaker_share, low=low, high=high,
        )  # fmt: skip

    return cluster


def _cluster_spectrally(vectors: np.ndarray, *, low: int, high: int, seed: int) -> np.ndarray:
    """Cluster unit vectors (n, d) into `low` to `high` clusters: int (n,)."""
    from sklearn.cluster import KMeans

    count, eigenvectors = _spectral_embedding(vectors, low=low, high=min(high, len(vectors)))
    if count == 1:
        return np.zeros(len(vectors), int)
    model = KMeans(count, n_init=10, random_state=seed)
    labels = model.fit_predict(eigenvectors[:, :count])
    if len(set(labels)) >= low:
        return labels
    # the eigenvectors do not separate `low` speakers
    return cut_tree(build_tree(vectors, np.full(len(vectors), -1), max_points=len(vectors))[1], low)


def _spectral_embedding(vectors: np.ndarray, *, low: int, high: int) -> tuple[int, np.ndarray]:
    """Return the number of clusters, and the eigenvectors for the p with the smallest ratio of p / n to its eigengap."""
    best: tuple[float, int, np.ndarray] | None = None
    for neighbours in sorted({max(2, round(len(vectors) * share)) for share in _NEIGHBOUR_SHARES}):
        values, eigenvectors = _laplacian_spectrum(vectors, neighbours)
        # eigenvalues of separate parts of the graph are zero up to rounding; with more parts than `high`, all gaps are
        gaps = np.diff(values[: high + 1].round(_DECIMALS))
        allowed = gaps[low - 1 :]
        count = low + _last_maximum(allowed) if len(allowed) else low
        gap = gaps.max(initial=0.0) / (values.max() + 1e-9)
        ratio = neighbours / len(vectors) / (gap + 1e-9)
        if best is None or ratio < best[0]:
            best = ratio, count, eigenvectors
    assert best is not None
    return best[1:]


def _last_maximum(values: np.ndarray) -> int:
    return len(values) - 1 - int(values[::-1].argmax())


def _laplacian_spectrum(vectors: np.ndarray, neighbours: int) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues in ascending order and eigenvectors of the Laplacian of the nearest-neighbour graph."""
    cosines = vectors @ vectors.T
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :neighbours]
    affinity = np.zeros_like(cosines)
    np.put_along_axis(affinity, nearest, 1.0, axis=1)
    affinity = (affinity + affinity.T) / 2
    np.fill_diagonal(affinity, 0.0)
    return np.linalg.eigh(np.diag(affinity.sum(axis=1)) - affinity)
