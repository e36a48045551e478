"""HDBSCAN (Campello et al. 2013): clusters are where points are dense, whatever their number; the rest join them."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import agglomerate, centres, dissolved, nearest_of, pool, shares_of
from diarflow.clustering.speakers import Speakers, at_most, bounds, normalised


def load(
    *,
    speaker_count: str,
    min_speakers: int,
    max_speakers: int,
    min_share: float,
    min_cluster: int,
    points: int,
) -> Callable:
    def cluster(
        vectors: np.ndarray,
        seconds: np.ndarray,
        speakers: Speakers,
        chunks: np.ndarray | None = None,
    ) -> np.ndarray:
        directions = normalised(vectors)
        low, high = bounds(
            speakers,
            speaker_count=speaker_count,
            min_speakers=min_speakers,
            max_speakers=max_speakers,
        )
        low = at_most(low, directions)
        alone = np.full(len(directions), -1)
        owners = pool(directions, alone, limit=points)
        labels = np.zeros(len(directions), int)
        if len(directions) >= 2 * min_cluster:
            labels = _dense(centres(directions, owners))[owners]
        if labels.max(initial=0) + 1 < low:  # the densities do not tell so many apart
            return agglomerate(
                directions, seconds, alone,
                threshold=0.0, low=low, high=low, min_share=min_share, limit=points,
            )  # fmt: skip
        if not len(labels):
            return labels
        shares = shares_of(labels, seconds)
        return dissolved(directions, labels, shares, min_share=min_share, low=low, high=high)

    def _dense(pools: np.ndarray) -> np.ndarray:
        from sklearn.cluster import HDBSCAN

        found = HDBSCAN(min_cluster_size=min_cluster, allow_single_cluster=True, copy=True)
        labels = found.fit_predict(pools)
        dense = np.flatnonzero(labels >= 0)
        return nearest_of(pools, dense, labels[dense]) if len(dense) else np.zeros(len(pools), int)

    return cluster
