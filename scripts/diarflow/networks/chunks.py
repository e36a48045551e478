"""What a segmentation network says of overlapping chunks, taken together.

Its activations are probabilities (chunks, frames, classes): in each frame of a chunk exactly one set of the
chunk's local speakers speaks. Frames of all chunks lie on one grid; where they are off it, by up to half a
frame (8 ms), they are moved.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diarflow.artifacts.arrays import read_facts
from diarflow.timeline.intervals import Interval, Seconds

LOCAL = 3  # local speakers of a chunk
CLASSES = ["", "0", "1", "2", "01", "02", "12"]  # which of them speak
_SETS = np.array([[str(one) in name for one in range(LOCAL)] for name in CLASSES])


class Chunks(NamedTuple):
    """Activations of a recording. They are read from disk chunk by chunk."""

    values: np.ndarray  # (chunks, frames, 7)
    start: Seconds  # centre of a chunk's first frame
    step: Seconds  # from frame to frame
    chunk_step: Seconds
    duration: Seconds  # of the recording

    def active(self, chunk: int) -> np.ndarray:
        """Which local speakers speak, as the likeliest set says; bool (frames, 3)."""
        return _SETS[self.values[chunk].argmax(axis=1)]

    def probable(self, chunk: int) -> np.ndarray:
        """How likely each local speaker speaks, float32 (frames, 3)."""
        return self.values[chunk].astype(np.float32) @ _SETS.astype(np.float32)

    def first(self, chunk: int) -> int:
        """The place on the recording's grid of a chunk's first frame."""
        return round(chunk * self.chunk_step / self.step)

    @property
    def frames(self) -> int:
        """Frames of the grid whose centres are in the recording."""
        return max(0, int(np.ceil((self.duration - self.start) / self.step)))

    def times(self) -> np.ndarray:
        """Centres (frames,) of the grid's frames, in seconds."""
        return self.start + self.step * np.arange(self.frames)

    def chunk_times(self, chunk: int) -> np.ndarray:
        """Centres of a chunk's frames, on the grid."""
        return self.start + self.step * (self.first(chunk) + np.arange(self.values.shape[1]))


def read_chunks(path) -> Chunks:
    """The activations of a segmentation network, in a file that stays on disk."""
    facts = read_facts(Path(path).with_suffix(".json"))
    if not facts["frames"]:  # set aside
        return Chunks(np.zeros((0, 0, len(CLASSES))), 0.0, 1.0, 1.0, 0.0)
    values = np.load(path, mmap_mode="r")
    return Chunks(values, *(facts[name] for name in Chunks._fields[1:]))


def overlap_added(
    chunks: Chunks,
    value: Callable[[int], np.ndarray],
    *,
    width: int,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """The mean over all chunks of `value(chunk)` (frames, width), on the recording's grid: float32.

    `weights` (frames,) say how much each frame of a chunk counts; all the same where there are none.
    """
    total, seen = np.zeros((chunks.frames, width), np.float32), np.zeros(chunks.frames)
    weights = np.ones(chunks.values.shape[1]) if weights is None else weights
    for chunk in range(len(chunks.values)):
        first = chunks.first(chunk)
        inside = slice(first, first + chunks.values.shape[1])
        there = len(total[inside])
        total[inside] += (weights[:, None] * value(chunk))[:there]
        seen[inside] += weights[:there]
    total /= np.maximum(seen, 1e-9)[:, None]
    return total


def counts(chunks: Chunks) -> np.ndarray:
    """How many speak in each frame of the grid, the mean of what the chunks say: (frames,)."""
    return overlap_added(chunks, lambda one: chunks.active(one).sum(1, keepdims=True), width=1)[
        :, 0
    ]


def stretches(chunks: Chunks, values: np.ndarray, *, onset: float, offset: float) -> list[Interval]:
    """Where `values` (frames,) rise above `onset`, until they are not above `offset` any more.

    A frame is as long as the step between frames; the last ends with the recording.
    """
    half = chunks.step / 2
    times = chunks.times()
    low = np.flatnonzero(np.diff(np.concatenate([[False], values > min(onset, offset), [False]])))
    found = []
    for first, last in zip(low[::2], low[1::2], strict=True):
        above = np.flatnonzero(values[first:last] > onset)
        if len(above):
            start = max(0.0, times[first + above[0]] - half)
            end = chunks.duration if last == len(times) else times[last - 1] + half
            found.append(Interval(float(start), float(min(end, chunks.duration))))
    return found
