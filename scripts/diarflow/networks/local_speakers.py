"""Conversion of the output of any segmentation network to the classes of the activations: sets of up to two of three speakers."""

from itertools import product
from typing import NamedTuple

import numpy as np

from diarflow.networks.chunks import CLASSES, MAX_LOCAL_SPEAKERS

_ACTIVE = 0.5  # probability from which a speaker counts as active
_PAIRS = [index for index, name in enumerate(CLASSES) if len(name) == 2]


class Converted(NamedTuple):
    """Probabilities of CLASSES, float32 (frames, 7), of one chunk.

    `is_crowded` is true if a speaker who is not among the three most active ones is active in a frame. `full_frames` is
    the number of frames in which all three are active, whose probability is given to the pairs in equal parts.
    """

    classes: np.ndarray
    is_crowded: bool
    full_frames: int


def convert_powerset(probabilities: np.ndarray, members: np.ndarray) -> Converted:
    """Convert the probabilities (frames, sets) of a powerset network, whose sets have the `members`, bool (sets, speakers).

    >>> members = np.array([[False], [True]])
    >>> convert_powerset(np.array([[0.25, 0.75]]), members).classes.tolist()
    [[0.25, 0.75, 0.0, 0.0, 0.0, 0.0, 0.0]]
    """
    marginals = probabilities @ members.astype(np.float32)
    chosen, is_crowded = _most_active(marginals)
    return _joined(probabilities, members[:, chosen], is_crowded)


def convert_multilabel(marginals: np.ndarray) -> Converted:
    """Convert the probabilities (frames, speakers) of a multilabel network. The speakers are taken as independent.

    >>> convert_multilabel(np.array([[0.5, 1.0]])).classes.tolist()
    [[0.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0]]
    """
    chosen, is_crowded = _most_active(marginals)
    members = np.array(list(product([False, True], repeat=len(chosen))), bool)
    active = marginals[:, None, chosen]
    probabilities = np.where(members, active, 1 - active).prod(axis=2)
    return _joined(probabilities, members, is_crowded)


def _most_active(marginals: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return the indices of the three most active speakers, in their order, and whether another one is active."""
    order = np.argsort(-marginals.sum(axis=0), kind="stable")
    others = marginals[:, order[MAX_LOCAL_SPEAKERS:]]
    return np.sort(order[:MAX_LOCAL_SPEAKERS]), bool((others >= _ACTIVE).any())


def _joined(probabilities: np.ndarray, members: np.ndarray, is_crowded: bool) -> Converted:
    """Add up the probabilities (frames, sets) of sets with the same `members` (sets, up to 3)."""
    weights = np.zeros((len(members), len(CLASSES)), np.float32)
    names = ["".join(map(str, np.flatnonzero(row))) for row in members]
    for row, name in zip(weights, names, strict=True):
        if name in CLASSES:
            row[CLASSES.index(name)] = 1
        else:
            row[_PAIRS] = 1 / len(_PAIRS)
    all_three = [index for index, name in enumerate(names) if name not in CLASSES]
    full = (probabilities[:, all_three].sum(axis=1) >= _ACTIVE).sum()
    return Converted(probabilities.astype(np.float32) @ weights, is_crowded, int(full))
