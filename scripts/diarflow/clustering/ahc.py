"""Agglomerative hierarchical clustering by average cosine distance, with an added distance of local speakers.

Local speakers of one chunk are different people by the estimate of the network, so 1 is added to the cosine distance
of such a pair. The sum enters the average over all pairs of two clusters. So a single error of the network
does not keep two parts of one speaker apart.

Memory grows with the square of the number of vectors. More than `max_points` vectors are pooled first, in blocks of
successive vectors, and the pools are clustered. The distance of two pools is the average over their pairs of vectors.
Later merges average over pools, which then have the same weight.
"""

import numpy as np

from diarflow.clustering.clusters import extend_labels, reassign_small_clusters, speech_shares

_SAME_CHUNK_DISTANCE = 1.0


def agglomerate(
    vectors: np.ndarray,
    durations: np.ndarray,
    chunks: np.ndarray,
    *,
    threshold: float,
    low: int,
    high: int,
    min_speaker_share: float,
    max_points: int,
) -> np.ndarray:
    """Merge unit vectors (n, d) into clusters up to an average cosine distance of `threshold`: int (n,).

    If there are local speakers (`chunks` is not -1), they are clustered, and each window joins the nearest cluster.
    Rows of clusters with less than `min_speaker_share` of the windows' durations move to the nearest larger cluster.
    If fewer than `low` clusters are larger, the threshold is lowered. At most `high` clusters are kept.
    """
    linked = np.flatnonzero(chunks >= 0)
    if len(linked) < max(2, low):
        linked = np.arange(len(vectors))
    if len(linked) < 2:
        return np.zeros(len(vectors), int)
    pools, merges = build_tree(vectors[linked], chunks[linked], max_points=max_points)
    pool_count = pools.max() + 1
    at_threshold = pool_count - int((merges[:, 2] <= threshold).sum())
    for count in range(min(max(at_threshold, low), pool_count), pool_count + 1):
        labels = extend_labels(vectors, linked, cut_tree(merges, count)[pools])
        shares = speech_shares(labels, durations * (chunks < 0))
        if (shares >= min_speaker_share).sum() >= low:
            return reassign_small_clusters(
                vectors, labels, shares, min_speaker_share=min_speaker_share, low=low, high=high
            )
    # no cut has `low` clusters that are large enough
    labels = extend_labels(vectors, linked, cut_tree(merges, min(low, pool_count))[pools])
    shares = speech_shares(labels, durations)
    return reassign_small_clusters(
        vectors, labels, shares, min_speaker_share=0.0, low=low, high=high
    )


def build_tree(
    vectors: np.ndarray, chunks: np.ndarray, *, max_points: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pool of each unit vector, int (n,), and the linkage matrix of the pools as SciPy defines it."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    pools = pool(vectors, chunks, max_points=max_points)
    sizes = np.bincount(pools)
    means = np.zeros((len(sizes), vectors.shape[1]))
    np.add.at(means, pools, vectors)
    means /= sizes[:, None]
    distances = 1 - means @ means.T + _SAME_CHUNK_DISTANCE * _same_chunk_share(pools, chunks, sizes)
    np.fill_diagonal(distances, 0.0)
    distances = np.maximum((distances + distances.T) / 2, 0.0)
    if len(distances) < 2:
        return pools, np.zeros((0, 4))
    return pools, linkage(squareform(distances, checks=False), "average")


def pool(vectors: np.ndarray, chunks: np.ndarray, *, max_points: int) -> np.ndarray:
    """Return the pool of each unit vector, int (n,): at most `max_points` pools of similar vectors.

    Up to `max_points` vectors get a pool each. More are clustered in blocks of successive vectors.
    """
    if len(vectors) <= max_points:
        return np.arange(len(vectors))
    pools, count = np.zeros(len(vectors), int), 0
    blocks = np.array_split(np.arange(len(vectors)), -(-len(vectors) // max_points))
    for block in blocks:
        _, merges = build_tree(vectors[block], chunks[block], max_points=max_points)
        pools[block] = count + cut_tree(merges, max(1, max_points // len(blocks)))
        count = pools[block].max() + 1
    return pools


def _same_chunk_share(pools: np.ndarray, chunks: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the share of the pairs between two pools that are local speakers of one chunk, (pools, pools)."""
    from scipy.sparse import coo_array

    local = np.flatnonzero(chunks >= 0)
    members = (np.ones(len(local)), (pools[local], chunks[local]))
    shape = (len(sizes), int(chunks.max(initial=0)) + 1)
    per_chunk = coo_array(members, shape=shape).tocsr()
    return (per_chunk @ per_chunk.T).toarray() / np.outer(sizes, sizes)


def cut_tree(merges: np.ndarray, count: int) -> np.ndarray:
    """Cut a linkage matrix into exactly `count` clusters, numbered from 0 in the order of their first vectors.

    >>> cut_tree(np.array([[0, 2, 0.1, 2], [1, 3, 0.5, 3]]), 2).tolist()
    [0, 1, 0]
    """
    vectors = len(merges) + 1
    members = {node: [node] for node in range(vectors)}
    for step, (left, right) in enumerate(merges[: max(0, vectors - count), :2].astype(int)):
        members[vectors + step] = members.pop(left) + members.pop(right)
    labels = np.zeros(vectors, int)
    for label, cluster in enumerate(sorted(members.values(), key=min)):
        labels[cluster] = label
    return labels
