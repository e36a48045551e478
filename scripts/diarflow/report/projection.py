"""Embedding vectors for display: a matrix of cosine similarities and a projection to the plane."""

from base64 import b64encode

import numpy as np

MAX_COMPARED = 200  # windows in the similarity matrix
MAX_POINTS = 1000  # windows in the projection


def spread_indices(count: int, limit: int) -> np.ndarray:
    """Return at most `limit` of the indices below `count`, evenly spread.

    >>> spread_indices(10, 4).tolist(), spread_indices(2, 4).tolist()
    ([0, 3, 6, 9], [0, 1])
    """
    return np.unique(np.linspace(0, count - 1, min(count, limit)).round().astype(int))


def encode_similarities(vectors: np.ndarray) -> str:
    """Encode the cosine similarities of all pairs of vectors (vectors, dimensions).

    The result is the base64 text of one byte per pair, the upper triangle of the matrix row by row.
    Byte 0 is cosine -1, byte 255 is cosine 1.

    >>> text = encode_similarities(np.array([[1.0, 0.0], [-2.0, 0.0]]))
    >>> text == b64encode(bytes([255, 0, 255])).decode()
    True
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1)
    cosines = np.clip(unit @ unit.T, -1, 1)
    levels = np.rint((cosines + 1) * 127.5).astype(np.uint8)
    return b64encode(levels[np.triu_indices(len(vectors))].tobytes()).decode()


def project(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Project vectors (vectors, dimensions) to their first two principal components.

    Returns the points (vectors, 2) and the share of the variance that they explain.
    The largest coefficient of each component is positive, so that equal vectors give equal points.
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
