"""Blocks of decoded audio, and the interface of the decoders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from diarflow.timeline.intervals import Seconds

BLOCK = 1 << 18  # samples of a channel that are converted at once
_VALUES = 1 << 21  # of all channels; bounds the memory for files with many channels


class Block(NamedTuple):
    """Decoded samples, float32 (samples, channels), and their rate in Hz."""

    samples: np.ndarray
    rate: int


def block_length(channels: int) -> int:
    """Return the number of samples of each channel to decode at once.

    >>> block_length(2), block_length(1024)
    (262144, 2048)
    """
    return max(1, min(BLOCK, _VALUES // channels))


def merged(blocks: Iterable[Block]) -> Iterator[Block]:
    """Merge or split consecutive blocks of the same rate and channels into blocks of `block_length` samples.

    The last block, and the last one before another rate or number of channels, may be shorter.

    The samples may also be mono, of the shape (samples,).
    """
    pending: list[np.ndarray] = []
    count = 0
    kind: Any = None  # rate and shape of a sample
    for block in blocks:
        samples = block.samples
        if kind != (block.rate, samples.shape[1:]):
            if count and kind:
                yield Block(np.concatenate(pending), kind[0])
            pending, count, kind = [], 0, (block.rate, samples.shape[1:])
        limit = block_length(samples.shape[1]) if samples.ndim == 2 else BLOCK
        if not pending and len(samples) == limit:
            yield block
            continue
        pending.append(samples.copy())  # decoders use one buffer for all blocks
        count += len(samples)
        if count >= limit:
            whole = np.concatenate(pending)
            for start in range(0, count - count % limit, limit):
                yield Block(whole[start : start + limit], block.rate)
            pending, count = [whole[count - count % limit :]], count % limit
    if count and kind:
        yield Block(np.concatenate(pending), kind[0])


@dataclass
class Coverage:
    """Lengths of a decoded part: the samples, and the silence that was inserted.

    `promised` is the number of samples by the header, None if the header gives none. `rate` is the rate of the first
    sample, `decoded` the number of samples that came from the decoder. `start` is silence before the first sample.
    `gaps` are start and length of silence where time stamps show that audio is missing. `notes` are sentences.
    """

    rate: int
    promised: int | None = None
    decoded: int = 0
    start: Seconds = 0.0
    gaps: list[tuple[Seconds, Seconds]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Decoder(Protocol):
    """Decoder of a part of a file. `coverage` is complete after the last block."""

    name: str
    format: str
    codec: str
    rate: int
    channels: int
    notes: list[str]
    coverage: Coverage

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, up to the point of truncation.

        Raises InputError if the part is damaged before its end, and IncompleteError if the decoder stops too early.
        """


class IncompleteError(Exception):
    """A decoder returned fewer samples than the part holds."""
