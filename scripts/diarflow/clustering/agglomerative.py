"""Agglomerative clustering: the nearest clusters join until none are nearer than a threshold."""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import agglomerate
from diarflow.clustering.speakers import Speakers, at_most, bounds, normalised


def load(
    *,
    speaker_count: str,
    min_speakers: int,
    max_speakers: int,
    min_share: float,
    threshold: float,
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
        return agglomerate(
            directions, seconds, np.full(len(directions), -1) if chunks is None else chunks,
            threshold=threshold, low=at_most(low, directions), high=high, min_share=min_share, limit=points,
        )  # fmt: skip

    return cluster
