"""Linking of many recordings: agglomerative clustering within each connected component of the pairs of voices.

Two clusters are merged if their mean log odds reach the threshold. Then the log odds of at least one of their pairs
reach it too, so both clusters are in one component of the graph of such pairs. The result is that of the backend `agglomerative`
without bounds for the number of people, and needs no matrix of all pairs.

A component with more than `_LARGEST` voices is first split by a higher threshold for its pairs.
"""

import logging

import numpy as np

from diarflow.linking.ahc import agglomerate
from diarflow.linking.pairs import Constraints, Link, Pairs, calibrate, components, logit
from diarflow.linking.plda_scores import Scorer

_LARGEST = 4000
_STEP = 0.5  # log odds by which the threshold of a large component rises


def load(*, threshold: float, prior: float) -> Link:
    lowest = logit(threshold)

    def link(scorer: Scorer, pairs: Pairs, constraints: Constraints) -> np.ndarray:
        count = len(scorer.vectors)
        parts = split_into_parts(count, pairs, constraints, lowest)
        complete = complete_parts(parts, pairs, constraints, lowest)
        people = np.unique(parts, return_index=True)[1][parts]  # the first voice of the part
        order = np.argsort(parts, kind="stable")
        for members in np.split(order, np.cumsum(np.bincount(parts))[:-1]) if count else ():
            if not complete[parts[members[0]]]:
                log_odds = calibrate(scorer.of_blocks(members, members), prior)
                labels = agglomerate(log_odds, _within(constraints, members), threshold=lowest)
                first = members[np.unique(labels, return_index=True)[1]]
                people[members] = first[labels]
        return np.unique(people, return_inverse=True)[1]

    return link


def split_into_parts(
    count: int, pairs: Pairs, constraints: Constraints, threshold: float
) -> np.ndarray:
    """Return the component of each voice (voices,), with at most `_LARGEST` voices where raising the threshold helps."""
    pairs = pairs.selected(pairs.log_odds >= threshold)
    edges = np.stack([pairs.first, pairs.second], axis=1)
    parts = components(count, [edges, constraints.same])
    while (sizes := np.bincount(parts, minlength=1)).max() > _LARGEST and len(edges):
        threshold += _STEP
        kept = (sizes[parts[edges[:, 0]]] <= _LARGEST) | (pairs.log_odds >= threshold)
        logging.warning(
            "%d voices are connected: their pairs need log odds of %.1f to be compared",
            sizes.max(),
            threshold,
        )
        pairs, edges = pairs.selected(kept), edges[kept]
        parts = components(count, [edges, constraints.same])
    return parts


def complete_parts(
    parts: np.ndarray, pairs: Pairs, constraints: Constraints, threshold: float
) -> np.ndarray:
    """Return whether all voices of a part are surely one person (parts,).

    All of their pairs then reach the threshold, and so does every mean of them; and no two must stay apart.
    """
    sizes = np.bincount(parts)
    inside = (pairs.log_odds >= threshold) & (parts[pairs.first] == parts[pairs.second])
    counts = np.bincount(parts[pairs.first[inside]], minlength=len(sizes))
    complete = counts == sizes * (sizes - 1) // 2
    for table in (constraints.same, constraints.different):
        complete[parts[table.ravel()]] = False
    grouped = np.flatnonzero(constraints.groups >= 0)
    members = np.stack([parts[grouped], constraints.groups[grouped]], axis=1)
    repeated, times = np.unique(members, axis=0, return_counts=True)
    complete[repeated[times > 1, 0]] = False
    return complete


def _within(constraints: Constraints, members: np.ndarray) -> Constraints:
    """Return the constraints of sorted members, with their positions for indices."""

    def positions(pairs: np.ndarray) -> np.ndarray:
        if not len(pairs):
            return pairs
        inside = pairs[np.isin(pairs, members).all(axis=1)]
        return np.searchsorted(members, inside)

    return Constraints(
        positions(constraints.same),
        positions(constraints.different),
        constraints.groups[members],
        positions(constraints.uncertain),
    )
