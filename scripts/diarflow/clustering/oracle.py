"""Oracle clustering: each window gets the reference speaker who speaks most in it."""

from collections.abc import Callable, Sequence

import numpy as np

from diarflow.clustering.embeddings import Embeddings
from diarflow.timeline.intervals import Turn


def load() -> Callable:
    def cluster(embeddings: Embeddings, reference: Sequence[Turn]) -> np.ndarray:
        return reference_speakers(embeddings.start, embeddings.end, reference)

    return cluster


def reference_speakers(start: np.ndarray, end: np.ndarray, turns: Sequence[Turn]) -> np.ndarray:
    """Return the number of the speaker who speaks most in each window, int (windows,).

    Speakers are numbered in alphabetical order. A window without speech gets the speaker of the nearest turn.

    >>> turns = [Turn(0.0, 2.0, "Bob"), Turn(1.5, 4.0, "Ann")]
    >>> reference_speakers(np.array([0.0, 1.6, 9.0]), np.array([1.0, 2.6, 9.5]), turns).tolist()
    [1, 0, 0]
    """
    if not turns:
        return np.zeros(len(start), int)
    names = sorted({turn.speaker for turn in turns})
    shared = np.zeros((len(start), len(names)))
    distance = np.full((len(start), len(names)), np.inf)
    for turn in turns:
        speaker = names.index(turn.speaker)
        shared[:, speaker] += np.maximum(
            np.minimum(end, turn.end) - np.maximum(start, turn.start), 0
        )
        gap = np.maximum(np.maximum(turn.start - end, start - turn.end), 0)
        distance[:, speaker] = np.minimum(distance[:, speaker], gap)
    with_speech = shared.max(axis=1) > 0
    return np.where(with_speech, shared.argmax(axis=1), distance.argmin(axis=1))
