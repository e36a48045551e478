"""Bounds of the number of speakers of a recording."""

import logging
from typing import NamedTuple

import numpy as np


class SpeakerCounts(NamedTuple):
    """Number of speakers by the table of recordings, or by the reference: exact, minimum and maximum."""

    num: int | None = None
    min: int | None = None
    max: int | None = None


def speaker_bounds(
    counts: SpeakerCounts, *, speaker_count: str, min_speakers: int, max_speakers: int
) -> tuple[int, int]:
    """Return the minimum and maximum number of speakers. Counts of the recording override the settings.

    >>> speaker_bounds(SpeakerCounts(num=3), speaker_count="given", min_speakers=1, max_speakers=8)
    (3, 3)
    >>> speaker_bounds(
    ...     SpeakerCounts(num=3, min=2), speaker_count="estimated", min_speakers=1, max_speakers=8
    ... )
    (2, 8)
    """
    if speaker_count in ("given", "oracle") and counts.num:
        return counts.num, counts.num
    low = counts.min or min_speakers
    high = counts.max or max_speakers
    if counts.min and not counts.max:
        high = max(low, high)
    return min(low, high), high


def limit_to_distinct(count: int, vectors: np.ndarray) -> int:
    """Return `count`, or the number of distinct vectors (n, d) if that is smaller. Log a warning if it is.

    >>> limit_to_distinct(2, np.ones((1, 4)))
    1
    """
    # a few rows usually suffice, and comparing all of them takes long
    distinct = len(np.unique(vectors[: 4 * count], axis=0)) if len(vectors) else 0
    if distinct < count <= len(vectors):
        distinct = len(np.unique(vectors, axis=0))
    if distinct < count and count > 1:
        logging.warning(
            "at least %d speakers expected, but only %d embedding vectors differ", count, distinct
        )
    return min(count, distinct)
