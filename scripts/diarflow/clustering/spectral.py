"""Spectral clustering whose pruning and number of speakers come out of the eigenvalues.

NME-SC: Park, Han, Kumar, Narayanan, "Auto-tuning spectral clustering for speaker diarization using normalized
maximum eigengap" (2020). Each point keeps its `p` nearest; of several p that counts whose largest gap between
eigenvalues is largest for the neighbours it keeps.
"""

from collections.abc import Callable

import numpy as np

from diarflow.clustering.ahc import centres, cut, dissolved, pool, shares_of, tree
from diarflow.clustering.speakers import Speakers, at_most, bounds, normalised

_KEPT = (0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3)  # shares of the points


def load(
    *,
    speaker_count: str,
    min_speakers: int,
    max_speakers: int,
    min_share: float,
    points: int,
    seed: int,
) -> Callable:
    def cluster(
        vectors: np.ndarray,
        seconds: np.ndarray,
        speakers: Speakers,
        chunks: np.ndarray | None = None,
    ) -> np.ndarray:
        directions = normalised(vectors)
        low, high = bounds(
            speakers,
            speaker_count=speaker_count,
            min_speakers=min_speakers,
            max_speakers=max_speakers,
        )
        low = at_most(low, directions)
        if len(directions) < 2:
            return np.zeros(len(directions), int)
        owners = pool(directions, np.full(len(directions), -1), limit=points)
        pools = centres(directions, owners)
        labels = _spectral(pools, low=low, high=high, seed=seed)[owners]
        return dissolved(
            directions, labels, shares_of(labels, seconds), min_share=min_share, low=low, high=high
        )

    return cluster


def _spectral(points: np.ndarray, *, low: int, high: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    high = min(high, len(points))
    best = None
    for kept in sorted({max(2, round(len(points) * share)) for share in _KEPT}):
        values, directions = _eigen(points, kept)
        gaps = np.diff(values[: high + 1])
        allowed = gaps[low - 1 :]
        count = low + int(allowed.argmax()) if len(allowed) else low
        gap = gaps.max(initial=0.0) / (values.max() + 1e-9)
        if best is None or kept / len(points) / (gap + 1e-9) < best[0]:
            best = kept / len(points) / (gap + 1e-9), count, directions
    _, count, directions = best
    if count == 1:
        return np.zeros(len(points), int)
    found = KMeans(count, n_init=10, random_state=seed).fit_predict(directions[:, :count])
    return found if len(set(found)) >= low else _by_distance(points, low)


def _by_distance(points: np.ndarray, count: int) -> np.ndarray:
    """So many clusters where the eigenvectors do not tell so many apart."""
    return cut(tree(points, np.full(len(points), -1), limit=len(points))[1], count)


def _eigen(points: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors, smallest first, of the Laplacian of points that keep so many neighbours."""
    cosines = points @ points.T
    near = np.zeros_like(cosines)
    np.put_along_axis(near, np.argsort(-cosines, axis=1, kind="stable")[:, :kept], 1.0, axis=1)
    near = (near + near.T) / 2
    np.fill_diagonal(near, 0.0)
    return np.linalg.eigh(np.diag(near.sum(axis=1)) - near)
