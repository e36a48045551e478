"""Embeddings to look at: how alike windows are, and where they lie in the plane."""

from base64 import b64encode

import numpy as np

MOST_COMPARED = 200  # windows in a matrix of similarities
MOST_POINTS = 1000  # windows in a projection


def spread(count: int, most: int) -> np.ndarray:
    """At most `most` of `count` places, evenly spread.

    >>> spread(10, 4).tolist(), spread(2, 4).tolist()
    ([0, 3, 6, 9], [0, 1])
    """
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def similarities(vectors: np.ndarray) -> str:
    """Cosines of every two vectors, as base64 of bytes: 0 is -1, 255 is 1; the upper triangle by rows.

    >>> similarities(np.array([[1.0, 0.0], [-2.0, 0.0]])) == b64encode(bytes([255, 0, 255])).decode()
    True
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1)
    cosines = np.clip(unit @ unit.T, -1, 1)
    levels = np.rint((cosines + 1) * 127.5).astype(np.uint8)
    return b64encode(levels[np.triu_indices(len(vectors))].tobytes()).decode()


def project(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """The two principal components of vectors (n, d): (n, 2), and the share of the variance they hold.

    A component points where its largest coefficient is positive, so the same vectors give the same picture.
    """
    from scipy.linalg import eigh

    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    covariance = centred.T @ centred
    dimensions = len(covariance)
    total = float(np.trace(covariance))
    if total <= 0 or dimensions < 2:
        return np.zeros((len(vectors), 2)), 0.0
    values, axes = eigh(covariance, subset_by_index=[dimensions - 2, dimensions - 1])
    axes = axes[:, ::-1]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return centred @ axes, float(values.sum() / total)
