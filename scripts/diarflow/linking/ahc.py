"""Agglomerative clustering of voices: average linkage of log odds, with pairs that must and must not be linked."""

import numpy as np

from diarflow.linking.pairs import Constraints, components

_NEVER = -np.inf


def agglomerate(
    log_odds: np.ndarray,
    constraints: Constraints,
    *,
    threshold: float,
    low: int = 1,
    high: int | None = None,
) -> np.ndarray:
    """Merge voices while the mean log odds of two clusters are at least `threshold`: labels, int (voices,).

    `log_odds` is symmetric (voices, voices). With `high`, clusters are merged further until at most `high` are left, and
    none below `low`. Clusters with a pair that must not be linked are never merged. Labels are numbered from 0 by
    the first voice of each cluster.

    >>> log_odds = np.array([[0.0, 3.0, -4.0], [3.0, 0.0, -2.0], [-4.0, -2.0, 0.0]])
    >>> none = Constraints(*np.zeros((2, 0, 2), int), np.full(3, -1), np.zeros((0, 2), int))
    >>> agglomerate(log_odds, none, threshold=0.0).tolist()
    [0, 0, 1]
    """
    clusters = components(len(log_odds), [constraints.same])
    sizes = np.bincount(clusters).astype(float)
    means = _cluster_means(log_odds, clusters, sizes)
    means[_forbidden(clusters, constraints)] = _NEVER
    np.fill_diagonal(means, _NEVER)
    owner = np.arange(len(sizes))  # cluster that each initial cluster is in now
    best = means.argmax(axis=1) if len(means) else np.zeros(0, int)
    values = means[np.arange(len(means)), best]
    count = len(sizes)
    while count > max(1, low):
        first = int(values.argmax())
        second = int(best[first])
        value = values[first]
        if value == _NEVER or (value < threshold and (high is None or count <= high)):
            break
        first, second = min(first, second), max(first, second)
        weights = sizes[first] / (sizes[first] + sizes[second])
        with np.errstate(invalid="ignore"):
            row = weights * means[first] + (1 - weights) * means[second]
        row[first] = _NEVER
        means[first], means[:, first] = row, row
        means[second], means[:, second] = _NEVER, _NEVER
        values[second] = _NEVER
        sizes[first] += sizes[second]
        owner[owner == second] = first
        count -= 1
        # rows whose best partner was one of the two, or that the merged cluster is now best for
        stale = np.flatnonzero(((best == first) | (best == second)) & (values > _NEVER))
        stale = np.union1d(stale, [first])
        best[stale] = means[stale].argmax(axis=1)
        values[stale] = means[stale, best[stale]]
        better = (row > values) | ((row == values) & (first < best))
        best[better], values[better] = first, row[better]
    return np.unique(owner[clusters], return_inverse=True)[1]


def _cluster_means(log_odds: np.ndarray, clusters: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the mean log odds of the pairs of each two clusters (clusters, clusters)."""
    if len(sizes) == len(log_odds):
        return log_odds.astype(np.float64)
    members = np.zeros((len(sizes), len(log_odds)))
    members[clusters, np.arange(len(log_odds))] = 1
    return members @ log_odds @ members.T / np.outer(sizes, sizes)


def _forbidden(clusters: np.ndarray, constraints: Constraints) -> np.ndarray:
    """Return whether each two clusters must stay apart (clusters, clusters)."""
    groups = constraints.groups
    apart = (groups[:, None] == groups[None, :]) & (groups >= 0)[:, None]
    for first, second in (constraints.uncertain.T, constraints.uncertain.T[::-1]):
        apart[first, second] = False
    for first, second in (constraints.different.T, constraints.different.T[::-1]):
        apart[first, second] = True
    np.fill_diagonal(apart, False)
    first, second = np.nonzero(apart)
    forbidden = np.zeros((clusters.max(initial=-1) + 1,) * 2, bool)
    forbidden[clusters[first], clusters[second]] = True
    np.fill_diagonal(forbidden, False)
    return forbidden
