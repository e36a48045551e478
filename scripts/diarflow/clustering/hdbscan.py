"""HDBSCAN (Campello et al. 2013): clusters are dense regions. Outliers join the nearest cluster."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import agglomerate, pool
from diarflow.clustering.clusters import (
    extend_labels,
    mean_directions,
    reassign_small_clusters,
    speech_shares,
)
from diarflow.clustering.embeddings import Embeddings


def load(*, min_cluster_size: int, min_speaker_share: float, max_points: int) -> Callable:
    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        vectors, durations = embeddings.unit_vectors, embeddings.durations
        no_chunks = np.full(len(vectors), -1)
        pools = pool(vectors, no_chunks, max_points=max_points)
        labels = np.zeros(len(vectors), int)
        if len(vectors) >= 2 * min_cluster_size:
            labels = _dense_regions(mean_directions(vectors, pools), min_cluster_size)[pools]
        if labels.max(initial=0) + 1 < low:  # fewer dense regions than speakers
            return agglomerate(
                vectors, durations, no_chunks, threshold=0.0, low=low, high=low,
                min_speaker_share=min_speaker_share, max_points=max_points,
            )  # fmt: skip
        if not len(labels):
            return labels
        return reassign_small_clusters(
            vectors, labels, speech_shares(labels, durations),
            min_speaker_share=min_speaker_share, low=low, high=high,
        )  # fmt: skip

    return cluster


def _dense_regions(vectors: np.ndarray, min_cluster_size: int) -> np.ndarray:
    """Return the dense region of each unit vector (n, d), or the nearest one: int (n,)."""
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=min_cluster_size, allow_single_cluster=True, copy=True)
    labels = model.fit_predict(vectors)
    dense = np.flatnonzero(labels >= 0)
    return (
        extend_labels(vectors, dense, labels[dense]) if len(dense) else np.zeros(len(vectors), int)
    )
