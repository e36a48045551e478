"""Consensus of VBx with several settings.

With one setting, VBx can split a speaker, or lose a speaker with little speech; with another setting, it may not. So VBx runs with each
combination of settings. The similarity of two windows is the mean probability that they are of one speaker, and
agglomerative clustering of these similarities gives the speakers (Fred and Jain, "Combining multiple clusterings using
evidence accumulation", 2005).

Memory: 4 bytes per window, run and speaker (about 3 MB per run for an hour with ten speakers).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

import numpy as np

from diarflow.clustering.ahc import agglomerate, build_tree, cut_tree
from diarflow.clustering.clusters import (
    extend_labels,
    mean_directions,
    merge_close_clusters,
    reassign_small_clusters,
    soft_assignment,
    speech_shares,
)
from diarflow.clustering.embeddings import Embeddings
from diarflow.clustering.plda import read_plda
from diarflow.clustering.vb_hmm import responsibilities
from diarflow.clustering.vbx import (
    INITIAL_SHARPNESS,
    MAX_INITIAL_CLUSTERS,
    drop_small_speakers,
    transform_to_plda_space,
)
from diarflow.networks.onnx import model_path


def load(
    *,
    model: str | None,
    thresholds: Sequence[float],
    Fa: Sequence[float],  # noqa: N803 - symbols of the paper
    Fb: Sequence[float],  # noqa: N803
    merge_threshold: float,
    agreement: float,
    min_windows: int,
    min_speaker_share: float,
    max_points: int,
) -> Callable:
    plda = read_plda(model_path(model)) if model else None

    def cluster(embeddings: Embeddings, low: int, high: int) -> np.ndarray:
        windows = np.flatnonzero(embeddings.chunks < 0)
        vectors = embeddings.unit_vectors
        agglomerate_to = partial(
            agglomerate, vectors, embeddings.durations, embeddings.chunks,
            low=low, min_speaker_share=min_speaker_share, max_points=max_points,
        )  # fmt: skip
        if not len(windows):
            return agglomerate_to(threshold=thresholds[0], high=high)
        space = transform_to_plda_space(embeddings, windows, plda)

        def results() -> Iterator[np.ndarray]:
            """Yield the probability that each window is of each speaker, (windows, speakers), by each run."""
            for threshold in thresholds:
                initial = agglomerate_to(threshold=threshold, high=max(high, MAX_INITIAL_CLUSTERS))
                start = soft_assignment(
                    vectors[windows], mean_directions(vectors, initial), INITIAL_SHARPNESS
                )
                for weight, prior in product(Fa, Fb):
                    gamma = start
                    if start.shape[1] > 1:
                        gamma = responsibilities(
                            *space, start, Fa=weight, Fb=prior, loop_probability=0.0
                        )
                        gamma = drop_small_speakers(
                            gamma, embeddings.durations[windows],
                            min_speaker_share=min_speaker_share, high=high,
                        )  # fmt: skip
                    if gamma.shape[1] < low:
                        gamma = np.eye(low)[agglomerate_to(threshold=threshold, high=low)[windows]]
                    yield merge_close_speakers(
                        gamma, vectors[windows], threshold=merge_threshold, low=low
                    )

        labels = agree(list(results()), agreement=agreement, low=low, max_points=max_points)
        shares = speech_shares(labels, np.ones(len(labels)))
        labels = reassign_small_clusters(
            vectors[windows], labels, shares,
            min_speaker_share=max(min_speaker_share, min(min_windows / len(labels), shares.max())),
            low=low, high=high,
        )  # fmt: skip
        return extend_labels(vectors, windows, labels)

    return cluster


def merge_close_speakers(
    gamma: np.ndarray, vectors: np.ndarray, *, threshold: float, low: int
) -> np.ndarray:
    """Add up the probabilities (windows, speakers) of speakers whose windows are close: float32 (windows, merged).

    `vectors` are the unit vectors (windows, dimensions). A window belongs to its most probable speaker; a speaker
    without windows is dropped. See `merge_close_clusters`.
    """
    speakers, labels = np.unique(gamma.argmax(axis=1), return_inverse=True)
    merged = merge_close_clusters(
        vectors, labels, np.ones(len(labels)), threshold=threshold, low=low
    )
    target = np.zeros(len(speakers), int)
    target[labels] = merged
    remaining = gamma[:, speakers] @ np.eye(merged.max() + 1)[target]
    return (remaining / remaining.sum(axis=1, keepdims=True)).astype(np.float32)


def agree(
    results: Sequence[np.ndarray], *, agreement: float, low: int, max_points: int
) -> np.ndarray:
    """Cluster windows by the mean probability that two windows are of one speaker: int (windows,).

    Each of the `results` (windows, speakers) contains the probability that a window is of a speaker. Clusters are
    merged while their windows agree more than `agreement` on average, but at least `low` are left.

    >>> two, one = np.eye(2)[[0, 0, 1, 1]], np.ones((4, 1))
    >>> agree([two, two, one], agreement=0.5, low=1, max_points=10).tolist()
    [0, 0, 1, 1]
    >>> agree([two, one, one], agreement=0.5, low=1, max_points=10).tolist()
    [0, 0, 0, 0]
    """
    evidence = np.concatenate(results, axis=1).astype(np.float32)
    evidence /= np.float32(len(results) ** 0.5)
    pools, merges = build_tree(evidence, np.full(len(evidence), -1), max_points=max_points)
    count = pools.max() + 1 - int((merges[:, 2] < 1 - agreement).sum())
    return cut_tree(merges, min(max(count, low), pools.max() + 1))[pools]
