"""Agglomerative clustering: average linkage up to a cosine distance."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import agglomerate
from diarflow.clustering.embeddings import Embeddings


def load(*, threshold: float, min_speaker_share: float, max_points: int) -> Callable:
    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        return agglomerate(
            embeddings.unit_vectors, embeddings.durations, embeddings.chunks,
            threshold=threshold, low=low, high=high,
            min_speaker_share=min_speaker_share, max_points=max_points,
        )  # fmt: skip

    return cluster
