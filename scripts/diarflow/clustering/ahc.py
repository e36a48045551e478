"""Agglomerative clustering by the average cosine distance, with pairs that cannot be of one speaker.

Local speakers of one chunk are different people, so says the network: a pair of them is a full cosine
distance of 1 further apart than it sounds. It counts in the average of two clusters' pairs, so that one
mistake of the network does not keep two halves of a speaker apart for ever. What grows with the square of a recording's length is bounded:
more points than `limit` are pooled, block by block in their order, and the pools are clustered; of averages
over pairs nothing is lost by that.
"""

import numpy as np

_APART = 1.0  # added to the distance of a pair that cannot be linked
_SMALL = 1 / 8  # of an even share of the speech
_LESS, _MORE = -0.15, 0.05  # of cosine that it takes to join a small cluster, two large ones


def agglomerate(
    points: np.ndarray,
    seconds: np.ndarray,
    chunks: np.ndarray,
    *,
    threshold: float,
    low: int,
    high: int,
    min_share: float,
    limit: int,
) -> np.ndarray:
    """Clusters int (n,) of unit vectors (n, d): those nearer than `threshold`, `low` to `high` of them.

    Where there are local speakers (`chunks` not -1), they are clustered and the windows go to the nearest.
    Clusters that have less than `min_share` of the windows' seconds go to the nearest others.
    """
    linked = np.flatnonzero(chunks >= 0)
    if len(linked) < max(2, low):
        linked = np.arange(len(points))
    if len(linked) < 2:
        return np.zeros(len(points), int)
    owners, merges = tree(points[linked], chunks[linked], limit=limit)
    pools = owners.max() + 1
    count = pools - int((merges[:, 2] <= threshold).sum())
    for tried in range(min(max(count, low), pools), pools + 1):
        labels = nearest_of(points, linked, cut(merges, tried)[owners])
        shares = shares_of(labels, seconds * (chunks < 0))
        if (shares >= min_share).sum() >= low:
            return dissolved(points, labels, shares, min_share=min_share, low=low, high=high)
    labels = nearest_of(points, linked, cut(merges, min(low, pools))[owners])
    return dissolved(points, labels, shares_of(labels, seconds), min_share=0.0, low=low, high=high)


def tree(points: np.ndarray, chunks: np.ndarray, *, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """The pool of each of unit vectors (n, d), int (n,), and the tree that joins the pools (SciPy's linkage)."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    owners = pool(points, chunks, limit=limit)
    sizes = np.bincount(owners)
    means = np.zeros((len(sizes), points.shape[1]))
    np.add.at(means, owners, points)
    means /= sizes[:, None]
    distances = 1 - means @ means.T + _APART * _forbidden(owners, chunks, sizes)
    np.fill_diagonal(distances, 0.0)
    distances = np.maximum((distances + distances.T) / 2, 0.0)
    if len(distances) < 2:
        return owners, np.zeros((0, 4))
    return owners, linkage(squareform(distances, checks=False), "average")


def pool(points: np.ndarray, chunks: np.ndarray, *, limit: int) -> np.ndarray:
    """No more than `limit` pools of neighbours that sound alike, int (n,): each point alone where that does."""
    if len(points) <= limit:
        return np.arange(len(points))
    owners, pools = np.zeros(len(points), int), 0
    blocks = np.array_split(np.arange(len(points)), -(-len(points) // limit))
    for block in blocks:
        _, merges = tree(points[block], chunks[block], limit=limit)
        owners[block] = pools + cut(merges, max(1, limit // len(blocks)))
        pools = owners[block].max() + 1
    return owners


def _forbidden(owners: np.ndarray, chunks: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Of the pairs between two pools the share that is of one chunk, (pools, pools)."""
    from scipy.sparse import coo_array

    local = np.flatnonzero(chunks >= 0)
    there = (np.ones(len(local)), (owners[local], chunks[local]))
    shape = (len(sizes), int(chunks.max(initial=0)) + 1)
    held = coo_array(there, shape=shape).tocsr()
    return (held @ held.T).toarray() / np.outer(sizes, sizes)


def cut(merges: np.ndarray, count: int) -> np.ndarray:
    """Exactly `count` clusters out of a tree, numbered from 0 in the order of their first points.

    >>> cut(np.array([[0, 2, 0.1, 2], [1, 3, 0.5, 3]]), 2).tolist()
    [0, 1, 0]
    """
    points = len(merges) + 1
    members = {number: [number] for number in range(points)}
    for number, (one, other) in enumerate(merges[: max(0, points - count), :2].astype(int)):
        members[points + number] = members.pop(one) + members.pop(other)
    labels = np.zeros(points, int)
    for number, group in enumerate(sorted(members.values(), key=min)):
        labels[group] = number
    return labels


def centres(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean directions (clusters, d) of unit vectors (n, d)."""
    sums = np.zeros((labels.max() + 1, points.shape[1]))
    np.add.at(sums, labels, points)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def joined(
    points: np.ndarray, labels: np.ndarray, weights: np.ndarray, *, cosine: float, low: int
) -> np.ndarray:
    """Labels int (n,) from 0, of unit vectors (n, d): clusters whose mean directions are near are one.

    Two are, again and again, while the cosine of their means is `cosine` or more and there are more than `low`.
    Which two they are decides on how near is near enough (`_needed`). A `cosine` of 1 joins none.

    >>> points = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> joined(points, np.array([0, 1, 2]), np.ones(3), cosine=0.7, low=1).tolist()
    [0, 0, 1]
    """
    labels = np.unique(labels, return_inverse=True)[1]
    while cosine < 1 and labels.max(initial=0) >= max(1, low):
        means = centres(points * weights[:, None], labels)
        ahead = means @ means.T - _needed(shares_of(labels, weights), cosine)
        np.fill_diagonal(ahead, -np.inf)
        one, other = np.unravel_index(ahead.argmax(), ahead.shape)
        if ahead[one, other] < 0:
            break
        labels = np.unique(np.where(labels == other, one, labels), return_inverse=True)[1]
    return labels


def _needed(shares: np.ndarray, cosine: float) -> np.ndarray:
    """The cosine from which two clusters are one (clusters, clusters), by the smaller's share of the speech.

    A cluster with less than an eighth of an even share is mostly what a speaker said in passing, louder or over somebody,
    and need not be so near; two that each have an even share are seldom one speaker.

    >>> _needed(np.array([0.6, 0.38, 0.02]), 0.65).round(2).tolist()[0]
    [0.7, 0.7, 0.5]
    """
    even = np.minimum.outer(shares, shares) * len(shares)
    return cosine + np.where(even < _SMALL, _LESS, np.where(even >= 1, _MORE, 0.0))


def nearest_of(points: np.ndarray, linked: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Labels of the points `linked` for all: each other point has that of the nearest cluster."""
    found = (points @ centres(points[linked], labels).T).argmax(axis=1)
    found[linked] = labels
    return found


def shares_of(labels: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """The share of all seconds that each cluster has."""
    held = np.bincount(labels, weights=seconds)
    return held / max(held.sum(), 1e-9)


def dissolved(
    points: np.ndarray,
    labels: np.ndarray,
    shares: np.ndarray,
    *,
    min_share: float,
    low: int,
    high: int,
) -> np.ndarray:
    """Clusters that are too small, or one too many, dissolved: their points go to the nearest that stay."""
    order = np.argsort(-shares, kind="stable")
    kept = max(low, min(high, int((shares >= min_share).sum())))
    stay = np.sort(order[:kept])
    nearest = stay[(points @ centres(points, labels)[stay].T).argmax(axis=1)]
    found = np.where(np.isin(labels, stay), labels, nearest)
    return np.unique(found, return_inverse=True)[1]
