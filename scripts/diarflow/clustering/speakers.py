"""How many speakers there may be."""

import logging
from typing import NamedTuple

import numpy as np


class Speakers(NamedTuple):
    """What is known of the speakers of one recording: their number, from the table of recordings.

    For the oracle the number is that of the reference, and `truth` (windows,) who says most in each window.
    """

    num: int | None = None
    min: int | None = None
    max: int | None = None
    truth: np.ndarray | None = None


def bounds(
    speakers: Speakers, *, speaker_count: str, min_speakers: int, max_speakers: int
) -> tuple[int, int]:
    """The least and the greatest number allowed: a recording's own bounds go before the settings'.

    >>> bounds(Speakers(num=3), speaker_count="given", min_speakers=1, max_speakers=8)
    (3, 3)
    >>> bounds(Speakers(num=3, min=2), speaker_count="estimated", min_speakers=1, max_speakers=8)
    (2, 8)
    """
    if speaker_count in ("given", "oracle") and speakers.num:
        return speakers.num, speakers.num
    low = speakers.min or min_speakers
    high = speakers.max or max_speakers
    if speakers.min and not speakers.max:
        high = max(low, high)
    return min(low, high), high


def normalised(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, d) of length one; a zero vector stays zero."""
    vectors = np.asarray(vectors, dtype=np.float64)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def at_most(count: int, vectors: np.ndarray) -> int:
    """`count`, or with a warning fewer, where there are not so many different vectors.

    >>> at_most(2, np.ones((1, 4)))
    1
    """
    distinct = len(np.unique(vectors[: 4 * count], axis=0)) if len(vectors) else 0
    if distinct < count <= len(vectors):
        distinct = len(np.unique(vectors, axis=0))
    if distinct < count and count > 1:
        logging.warning("%d speakers wanted, but only %d different windows", count, distinct)
    return min(count, distinct)
