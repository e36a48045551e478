"""Pairs of voices: log odds that two voices are one person, and pairs that must or must not be linked."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from diarflow.linking.plda_scores import Scorer

# Log odds = _SCALE * log-likelihood ratio + _OFFSET + log odds of the prior. Fitted by logistic regression on 40 simulated
# conversations of 55 people, with the turns of the reference. The shipped PLDA was not trained on these people, and
# bench/accuracy/linking.py does not use them.
_SCALE, _OFFSET = 0.3, 1.6
CALIBRATION = _SCALE, _OFFSET
_BLOCK = 2048  # voices in a block of the exact search
_DECIMALS = 3  # of log odds: the same on every machine


class Constraints(NamedTuple):
    """Pairs of voices that are one person, and that are not, each int (pairs, 2); and the group of each voice (voices,).

    Voices of one group, such as the speakers of a recording, are different people, except for the pairs `uncertain`.
    A voice with the group -1 is in no group.
    """

    same: np.ndarray
    different: np.ndarray
    groups: np.ndarray
    uncertain: np.ndarray


class Pairs(NamedTuple):
    """Pairs of voices (first < second), sorted, with their log odds. All arrays have the shape (pairs,)."""

    first: np.ndarray
    second: np.ndarray
    log_odds: np.ndarray

    def selected(self, mask: np.ndarray) -> "Pairs":
        """Return the pairs of a mask or of indices."""
        return Pairs(self.first[mask], self.second[mask], self.log_odds[mask])


def logit(probability: float) -> float:
    """Return the log odds of a probability between 0 and 1."""
    return float(np.log(probability) - np.log1p(-probability))


def calibrate(ratios: np.ndarray, prior: float) -> np.ndarray:
    """Return the log odds of log-likelihood ratios, with `prior`, the probability that two voices are one person."""
    return np.round(_SCALE * ratios.astype(np.float64) + (_OFFSET + logit(prior)), _DECIMALS)


def find_pairs(
    scorer: Scorer, *, prior: float, floor: float, rows: np.ndarray | None = None
) -> Pairs:
    """Return all pairs whose log odds are at least `floor`; with `rows`, only pairs with one of these voices.

    The search is exact. Memory is bounded: the voices are compared block by block.
    """
    count = len(scorer.vectors)
    order = np.argsort(scorer.levels, kind="stable")
    wanted = np.ones(count, bool) if rows is None else np.isin(np.arange(count), rows)
    # two decimals below the floor, because float32 is less exact than the ratios that are returned
    lowest = (floor - 0.02 - _OFFSET - logit(prior)) / _SCALE
    found = []
    left = order[wanted[order]]
    for first in _blocks(left):
        for second in _blocks(order):
            ratios = scorer.of_blocks(first, second, np.float32)
            a, b = np.nonzero(ratios >= lowest)
            a, b = first[a], second[b]
            # each pair once: a pair of two wanted voices is found from both
            once = (a < b) | ((a > b) & ~wanted[b])
            found.append(np.stack([np.minimum(a, b), np.maximum(a, b)])[:, once])
    first, second = np.concatenate(found, axis=1) if found else np.zeros((2, 0), int)
    order = np.lexsort([second, first])
    first, second = first[order], second[order]
    pairs = Pairs(first, second, score_pairs(scorer, first, second, prior=prior))
    return pairs.selected(pairs.log_odds >= floor)


def score_pairs(
    scorer: Scorer, first: np.ndarray, second: np.ndarray, *, prior: float
) -> np.ndarray:
    """Return the log odds of pairs of voices by their indices (pairs,), in blocks."""
    if not len(first):
        return np.zeros(0)
    parts = [
        scorer.of_pairs(first[start : start + _BLOCK * 8], second[start : start + _BLOCK * 8])
        for start in range(0, len(first), _BLOCK * 8)
    ]
    return calibrate(np.concatenate(parts), prior)


def _blocks(indices: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(indices), _BLOCK):
        yield indices[start : start + _BLOCK]


def components(count: int, edges: Iterable[np.ndarray]) -> np.ndarray:
    """Return the connected component of each of `count` voices, numbered from 0 by their first voice.

    >>> components(4, [np.array([[0, 2]]), np.array([[2, 3]])]).tolist()
    [0, 1, 0, 0]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = np.concatenate([np.zeros((0, 2), int), *edges])
    if not len(links):
        return np.arange(count)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


Link = Callable[[Scorer, Pairs, Constraints], np.ndarray]
