"""Embeddings of a recording, as the clustering backends read them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from diarflow.embedding.vectors import unit_vectors


class Embeddings(NamedTuple):
    """Embedding vectors of a recording, one row for each window and local speaker.

    `vectors` (rows, dimensions) have the length that the embedding gave them, as a PLDA needs them. `unit_vectors`
    are the same in float64, with length one. `start` and `end` (rows,) are in seconds. `chunks` (rows,) is the chunk
    of a local speaker, -1 for a window.
    """

    vectors: np.ndarray
    unit_vectors: np.ndarray
    start: np.ndarray
    end: np.ndarray
    chunks: np.ndarray

    @property
    def durations(self) -> np.ndarray:
        """Durations (rows,) in seconds."""
        return self.end - self.start


def make_embeddings(vectors: np.ndarray, windows: Mapping[str, np.ndarray]) -> Embeddings:
    """Combine vectors (rows, dimensions) with the columns of their windows table."""
    return Embeddings(
        vectors,
        unit_vectors(vectors, np.float64),
        windows["start"],
        windows["end"],
        windows["chunk"],
    )
