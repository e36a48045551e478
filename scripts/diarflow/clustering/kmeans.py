"""k-means on unit vectors. The number of speakers is given, or the one of the best silhouette."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.speakers import Speakers, at_most, bounds, normalised

_SILHOUETTE_SAMPLE = 2000  # windows whose distances are compared: bounds memory to 32 MB


def load(
    *,
    speaker_count: str,
    min_speakers: int,
    max_speakers: int,
    single_below: float,
    restarts: int,
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
        least = at_most(low, points)
        if len(points) == 0:
            return np.zeros(0, int)
        if low == high:
            return _fit(points, seconds, least)
        return _best(points, seconds, least, high)

    def _fit(points, seconds, count):
        from sklearn.cluster import KMeans

        if count == 1:
            return np.zeros(len(points), int)
        model = KMeans(count, n_init=restarts, random_state=seed)
        return model.fit(points, sample_weight=seconds).labels_

    def _best(points, seconds, low, high):
        from sklearn.metrics import silhouette_score

        sample = min(_SILHOUETTE_SAMPLE, len(points))
        candidates = range(max(2, low), min(high, len(np.unique(points, axis=0)) - 1) + 1)
        best, best_score = _fit(points, seconds, low), -1.0
        if low == 1:
            best_score = single_below
        for count in candidates:
            labels = _fit(points, seconds, count)
            score = silhouette_score(
                points, labels, metric="cosine", sample_size=sample, random_state=seed
            )
            if score > best_score:
                best, best_score = labels, score
        return best

    return cluster
