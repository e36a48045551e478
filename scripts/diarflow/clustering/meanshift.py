"""Mean shift on unit vectors: each mode of their density is a cluster."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.embeddings import Embeddings

_MAX_SEEDS = (
    1000  # vectors at which the search for modes starts: limits the time for a long recording
)


def load(*, bandwidth: float | None, quantile: float, seed: int) -> Callable:
    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        vectors = embeddings.unit_vectors
        if len(vectors) < 2:
            return np.zeros(len(vectors), int)
        width = bandwidth or estimate_width(vectors)
        modes = find_modes(vectors, width)
        while len(modes) < low and width > 1e-3:  # too wide to separate the speakers
            width *= 0.9
            modes = find_modes(vectors, width)
        return _nearest_mode(vectors, largest_modes(vectors, modes, high))

    def estimate_width(vectors: np.ndarray) -> float:
        from sklearn.cluster import estimate_bandwidth

        width = estimate_bandwidth(
            vectors, quantile=quantile, n_samples=min(len(vectors), _MAX_SEEDS), random_state=seed
        )
        return max(width, 1e-3)

    def find_modes(vectors: np.ndarray, width: float) -> np.ndarray:
        from sklearn.cluster import MeanShift

        seeds = vectors
        if len(vectors) > _MAX_SEEDS:
            chosen = np.random.default_rng(seed).choice(len(vectors), _MAX_SEEDS, replace=False)
            seeds = vectors[np.sort(chosen)]
        return MeanShift(bandwidth=width, seeds=seeds).fit(vectors).cluster_centers_

    return cluster


def largest_modes(vectors: np.ndarray, modes: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` modes that are nearest to the most vectors, which leaves out those of outliers."""
    sizes = np.bincount(_nearest_mode(vectors, modes), minlength=len(modes))
    return modes[np.sort(np.argsort(-sizes, kind="stable")[:count])]


def _nearest_mode(vectors: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """Return the index of the mode that is nearest to each vector, int (n,)."""
    distances = (modes**2).sum(axis=1) - 2 * vectors @ modes.T
    return distances.argmin(axis=1)
