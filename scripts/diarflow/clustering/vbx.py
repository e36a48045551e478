"""VBx: agglomerative clustering that is over-clustered on purpose, refined by variational Bayes in PLDA space.

In a long recording, variational Bayes can split a speaker whose distance to the microphone changes. The mean vectors
of the two clusters are still similar, so similar clusters are merged at the end.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from diarflow.clustering.ahc import agglomerate
from diarflow.clustering.clusters import mean_directions, merge_close_clusters, soft_assignment
from diarflow.clustering.embeddings import Embeddings
from diarflow.clustering.plda import Plda, read_plda
from diarflow.clustering.vb_hmm import responsibilities
from diarflow.embedding.vectors import unit_vectors
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path

INITIAL_SHARPNESS = 20.0
MAX_INITIAL_CLUSTERS = 100
_MIN_WINDOWS = 1.0  # in windows of the median duration; speakers with less speech are dropped


def load(
    *,
    model: str | None,
    threshold: float,
    Fa: float,  # noqa: N803 - symbols of the paper
    Fb: float,  # noqa: N803
    loop_probability: float,
    merge_threshold: float,
    min_speaker_share: float,
    max_points: int,
) -> Callable:
    plda = read_plda(model_path(model)) if model else None

    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        vectors, durations = embeddings.unit_vectors, embeddings.durations
        is_window = embeddings.chunks < 0
        windows = np.flatnonzero(is_window)
        agglomerate_to = partial(
            agglomerate, vectors, durations, embeddings.chunks, threshold=threshold, low=low,
            min_speaker_share=min_speaker_share, max_points=max_points,
        )  # fmt: skip
        labels = agglomerate_to(high=max(high, MAX_INITIAL_CLUSTERS))
        if labels.max(initial=0) == 0 or not len(windows):
            return labels
        means = mean_directions(vectors, labels)
        gamma = responsibilities(
            *transform_to_plda_space(embeddings, windows, plda),
            soft_assignment(vectors[windows], means, INITIAL_SHARPNESS),
            Fa=Fa, Fb=Fb, loop_probability=loop_probability,
        )  # fmt: skip
        gamma = drop_small_speakers(
            gamma, durations[windows], min_speaker_share=min_speaker_share, high=high
        )
        if gamma.shape[1] < low:
            return agglomerate_to(high=high)
        means = unit_vectors(gamma.T @ vectors[windows])
        labels = (vectors @ means.T).argmax(axis=1)
        labels[windows] = gamma.argmax(axis=1)
        labels = merge_close_clusters(
            vectors, labels, durations * is_window, threshold=merge_threshold, low=low
        )
        return labels if len(set(labels)) >= low else agglomerate_to(high=high)

    return cluster


def transform_to_plda_space(
    embeddings: Embeddings, rows: np.ndarray, plda: Plda | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors (n, d) with covariance 1 within a speaker, and their variance (d,) between speakers.

    Without a PLDA, unit vectors are scaled. This assumes that they vary as much within a speaker as between speakers,
    and equally in all directions.
    """
    if plda is None:
        dimensions = embeddings.unit_vectors.shape[1]
        return embeddings.unit_vectors[rows] * np.sqrt(2 * dimensions), np.ones(dimensions)
    vectors = embeddings.vectors[rows]
    if plda.centre.shape != vectors.shape[1:]:
        raise InputError(
            f"the PLDA was trained on vectors of {len(plda.centre)} dimensions, these have "
            f"{vectors.shape[1]}. Train one for this embedding, or set `model` of the clustering to null."
        )
    return plda.project(vectors), plda.between


def drop_small_speakers(
    gamma: np.ndarray, durations: np.ndarray, *, min_speaker_share: float, high: int
) -> np.ndarray:
    """Return responsibilities (n, speakers) of the speakers with enough speech, at most `high` of them.

    The largest speaker is always kept.
    """
    totals = gamma.T @ durations
    required = max(min_speaker_share * totals.sum(), _MIN_WINDOWS * float(np.median(durations)))
    kept = np.flatnonzero(totals >= min(required, totals.max()))
    kept = np.sort(kept[np.argsort(-totals[kept], kind="stable")[:high]])
    remaining = gamma[:, kept]
    return remaining / np.maximum(remaining.sum(axis=1, keepdims=True), 1e-9)
