"""k-means on unit vectors. The silhouette estimates the number of speakers."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.embeddings import Embeddings

_SILHOUETTE_SAMPLE = 2000  # rows that the silhouette compares: limits memory to 32 MB


def load(*, n_init: int, single_speaker_silhouette: float, seed: int) -> Callable:
    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        vectors, durations = embeddings.unit_vectors, embeddings.durations
        if len(vectors) == 0:
            return np.zeros(0, int)
        if low == high:
            return fit(vectors, durations, low)
        return best_by_silhouette(vectors, durations, low, high)

    def fit(vectors: np.ndarray, durations: np.ndarray, count: int) -> np.ndarray:
        from sklearn.cluster import KMeans

        if count == 1:
            return np.zeros(len(vectors), int)
        model = KMeans(count, n_init=n_init, random_state=seed)
        return model.fit(vectors, sample_weight=durations).labels_

    def best_by_silhouette(
        vectors: np.ndarray, durations: np.ndarray, low: int, high: int
    ) -> np.ndarray:
        from sklearn.metrics import silhouette_score

        sample = min(_SILHOUETTE_SAMPLE, len(vectors))
        distinct = len(np.unique(vectors, axis=0))
        best = fit(vectors, durations, low)
        best_score = single_speaker_silhouette if low == 1 else -1.0
        for count in range(max(2, low), min(high, distinct - 1) + 1):
            labels = fit(vectors, durations, count)
            score = silhouette_score(
                vectors, labels, metric="cosine", sample_size=sample, random_state=seed
            )
            if score > best_score:
                best, best_score = labels, score
        return best

    return cluster
