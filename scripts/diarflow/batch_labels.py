"""Batches of recordings and their labels.

The batch of a recording follows from its id and the number of batches, which is a power of two.
A new recording joins a batch and moves no other; with twice as many batches each batch is split in two.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache

from diarflow.channel_ids import call_id

_LABEL = re.compile(r"batch-(\d+)-of-(\d+)")


def batch_count(recordings: int, size: int) -> int:
    """Return the smallest power of two with at most `size` recordings per batch on average.

    >>> [batch_count(recordings, 100) for recordings in (1, 100, 101, 10_000)]
    [1, 1, 2, 128]
    """
    count = 1
    while count * size < recordings:
        count *= 2
    return count


@cache
def batch_index(recording: str, count: int) -> int:
    """Return the batch of a recording, from 0 to `count` - 1. The channels of a call have its batch."""
    return int(hashlib.sha256(call_id(recording).encode()).hexdigest()[:12], 16) % count


def batch_label(index: int, count: int) -> str:
    """Return the name of a batch in logs and job names.

    >>> batch_label(6, 128)
    'batch-007-of-128'
    """
    return f"batch-{index + 1:0{len(str(count))}}-of-{count}"


def count_in_label(label: str) -> int | None:
    """Return the number of batches that a label names; None for the id of a recording.

    >>> count_in_label("batch-007-of-128"), count_in_label("ES2003a")
    (128, None)
    """
    match = _LABEL.fullmatch(label)
    return int(match[2]) if match else None


def possible_labels(recording: str, counts: Iterable[int]) -> list[str]:
    """Return the labels of all jobs that may cover a recording: its own id, and its batch for each count.

    >>> possible_labels("ES2003a", [2, 4])
    ['ES2003a', 'batch-1-of-2', 'batch-3-of-4']
    """
    return [recording, *(batch_label(batch_index(recording, count), count) for count in counts)]
