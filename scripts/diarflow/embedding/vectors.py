"""Unit vectors: embedding vectors are compared by the cosine of their angle."""

import numpy as np


def unit_vectors(vectors: np.ndarray, dtype: type | None = None) -> np.ndarray:
    """Scale vectors (n, dimensions) to length one, computed in `dtype`; by default, in their own.

    A zero vector stays zero.

    >>> unit_vectors(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    vectors = np.asarray(vectors, dtype)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
