"""Mean shift on unit vectors: as many speakers as the windows have densities, or as many as are given."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.speakers import Speakers, at_most, bounds, normalised

_SEEDS = 1000  # windows from which the search starts; bounds the time of a long recording


def load(
    *,
    speaker_count: str,
    min_speakers: int,
    max_speakers: int,
    bandwidth: float | None,
    quantile: float,
    seed: int,
) -> Callable:
    def cluster(
        vectors: np.ndarray,
        seconds: np.ndarray,
        speakers: Speakers,
        chunks: np.ndarray | None = None,
    ) -> np.ndarray:
        points = normalised(vectors)
        low, high = bounds(
            speakers,
            speaker_count=speaker_count,
            min_speakers=min_speakers,
            max_speakers=max_speakers,
        )
        low = at_most(low, points)
        if len(points) < 2:
            return np.zeros(len(points), int)
        width = bandwidth or _estimate(points)
        modes = _modes(points, width)
        while len(modes) < low and width > 1e-3:  # too wide to tell the speakers apart
            width *= 0.9
            modes = _modes(points, width)
        return _nearest(points, most_populous(points, modes, high))

    def _estimate(points):
        from sklearn.cluster import estimate_bandwidth

        width = estimate_bandwidth(
            points, quantile=quantile, n_samples=min(len(points), _SEEDS), random_state=seed
        )
        return max(width, 1e-3)

    def _modes(points, width):
        from sklearn.cluster import MeanShift

        seeds = points
        if len(points) > _SEEDS:
            chosen = np.random.default_rng(seed).choice(len(points), _SEEDS, replace=False)
            seeds = points[np.sort(chosen)]
        return MeanShift(bandwidth=width, seeds=seeds).fit(points).cluster_centers_

    return cluster


def _nearest(points: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """Index of the mode nearest to each point: no point is left without a speaker."""
    distances = (modes**2).sum(axis=1) - 2 * points @ modes.T
    return distances.argmin(axis=1)


def most_populous(points: np.ndarray, modes: np.ndarray, high: int) -> np.ndarray:
    """The `high` modes that most points are nearest to; the outliers' own modes are the first to go."""
    population = np.bincount(_nearest(points, modes), minlength=len(modes))
    return modes[np.sort(np.argsort(-population, kind="stable")[:high])]
