"""VBx: agglomerative clustering, split rather too finely, then variational Bayes in PLDA space, which prunes it.

The longer a recording, the more windows say that a speaker who comes nearer to the microphone is another one.
The mean of many windows is sure enough to tell: speakers whose means are that near are joined.
"""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import agglomerate, centres, joined
from diarflow.clustering.plda import Plda, read_plda
from diarflow.clustering.speakers import Speakers, at_most, bounds, normalised
from diarflow.clustering.vb_hmm import responsibilities
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path

_SHARPNESS = 20.0  # of the first responsibilities, in cosine
_MANY = 100  # speakers that it may begin with
_LEAST_WINDOWS = 1.0  # a speaker with less than so many windows is none


def load(
    *,
    speaker_count: str,
    min_speakers: int,
    max_speakers: int,
    min_share: float,
    model: str | None,
    threshold: float,
    acoustic: float,
    speaker: float,
    loop: float,
    merge: float,
    points: int,
) -> Callable:
    plda = read_plda(model_path(model)) if model else None

    def cluster(
        vectors: np.ndarray,
        seconds: np.ndarray,
        speakers: Speakers,
        chunks: np.ndarray | None = None,
    ) -> np.ndarray:
        directions = normalised(vectors)
        chunks = np.full(len(directions), -1) if chunks is None else chunks
        low, high = bounds(
            speakers,
            speaker_count=speaker_count,
            min_speakers=min_speakers,
            max_speakers=max_speakers,
        )
        low = at_most(low, directions)
        known = {"min_share": min_share, "limit": points, "threshold": threshold}
        labels = agglomerate(directions, seconds, chunks, low=low, high=max(high, _MANY), **known)
        windows = np.flatnonzero(chunks < 0)
        if labels.max(initial=0) == 0 or not len(windows):
            return labels
        cosines = _SHARPNESS * directions[windows] @ centres(directions, labels).T
        first = np.exp(cosines - cosines.max(axis=1, keepdims=True))
        first /= first.sum(axis=1, keepdims=True)
        projected, between = in_plda_space(vectors[windows], plda)
        found = responsibilities(
            projected, between, first, acoustic=acoustic, speaker=speaker, loop=loop
        )
        found = pruned(found, seconds[windows], min_share=min_share, high=high)
        if found.shape[1] < low:
            return agglomerate(directions, seconds, chunks, low=low, high=high, **known)
        means = normalised(found.T @ directions[windows])
        labels = (directions @ means.T).argmax(axis=1)
        labels[windows] = found.argmax(axis=1)
        labels = joined(directions, labels, seconds * (chunks < 0), cosine=merge, low=low)
        if len(set(labels)) < low:
            return agglomerate(directions, seconds, chunks, low=low, high=high, **known)
        return labels

    return cluster


def in_plda_space(vectors: np.ndarray, plda: Plda | None) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, d) where they vary by 1 within a speaker, and how they vary between: (d,).

    Without a model unit vectors are taken to vary as much within a speaker as between speakers, alike in
    every direction.
    """
    if plda is None:
        dimensions = vectors.shape[1]
        return normalised(vectors) * np.sqrt(2 * dimensions), np.ones(dimensions)
    if plda.centre.shape != vectors.shape[1:]:
        raise InputError(
            f"the PLDA is of vectors of {len(plda.centre)} dimensions, these have {vectors.shape[1]}: "
            "train one for this embedding, or set its model to null"
        )
    return plda.project(vectors), plda.between


def pruned(found: np.ndarray, seconds: np.ndarray, *, min_share: float, high: int) -> np.ndarray:
    """Responsibilities (n, speakers) without the speakers who have too little, or are too many."""
    held = found.T @ seconds
    least = max(min_share * held.sum(), _LEAST_WINDOWS * float(np.median(seconds)))
    kept = np.flatnonzero(held >= min(least, held.max()))
    kept = np.sort(kept[np.argsort(-held[kept], kind="stable")[:high]])
    left = found[:, kept]
    return left / np.maximum(left.sum(axis=1, keepdims=True), 1e-9)
