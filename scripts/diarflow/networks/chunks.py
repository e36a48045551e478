"""Activations of a segmentation network, which processes a recording in overlapping chunks.

The frames of all chunks are placed on one grid over the recording. A chunk that lies off the grid is shifted by at
most half a frame (8 ms).
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diarflow.artifacts.arrays import read_frame_metadata
from diarflow.timeline.frames import FrameBounds
from diarflow.timeline.intervals import Seconds

MAX_LOCAL_SPEAKERS = 3
# Outputs of the network: each is the set of the local speakers who are active in a frame.
CLASSES = ["", "0", "1", "2", "01", "02", "12"]
_MEMBERS = np.array(
    [[str(speaker) in name for speaker in range(MAX_LOCAL_SPEAKERS)] for name in CLASSES]
)


class Chunks(NamedTuple):
    """Activations of one recording.

    `values` (chunks, frames, classes) are probabilities, which may be mapped from a file. `start` is the centre of
    the first frame, `step` the distance between frames, `chunk_step` the distance between chunks, and `duration`
    the length of the recording, all in seconds.
    """

    values: np.ndarray
    start: Seconds
    step: Seconds
    chunk_step: Seconds
    duration: Seconds

    def active(self, chunk: int) -> np.ndarray:
        """Return the local speakers of the most probable class of each frame, bool (frames, 3)."""
        return _MEMBERS[self.values[chunk].argmax(axis=1)]

    def probabilities(self, chunk: int) -> np.ndarray:
        """Return the probability that each local speaker is active, float32 (frames, 3)."""
        return self.values[chunk].astype(np.float32) @ _MEMBERS.astype(np.float32)

    def first_frame(self, chunk: int) -> int:
        """Return the index on the grid of a chunk's first frame."""
        return round(chunk * self.chunk_step / self.step)

    @property
    def frame_count(self) -> int:
        """Number of frames on the grid: those with their centre inside the recording."""
        return max(0, int(np.ceil((self.duration - self.start) / self.step)))

    def times(self) -> np.ndarray:
        """Return the centres (frames,) of the grid's frames in seconds."""
        return self.start + self.step * np.arange(self.frame_count)

    def chunk_times(self, chunk: int) -> np.ndarray:
        """Return the centres (frames,) of a chunk's frames on the grid in seconds."""
        return self.start + self.step * (self.first_frame(chunk) + np.arange(self.values.shape[1]))

    def frame_bounds(self) -> FrameBounds:
        """Return start and end of the grid's frames. Each is one step long, and the last ends with the recording."""
        times, half = self.times(), self.step / 2
        ends = np.minimum(times + half, self.duration)
        ends[-1:] = self.duration
        return FrameBounds(np.maximum(times - half, 0.0), ends)


def read_chunks(path) -> Chunks:
    """Map the activations of a segmentation network into memory, and read the metadata beside them."""
    metadata = read_frame_metadata(Path(path).with_suffix(".json"))
    if not metadata["frames"]:  # the placeholder of a recording that was set aside
        return Chunks(np.zeros((0, 0, len(CLASSES))), 0.0, 1.0, 1.0, 0.0)
    values = np.load(path, mmap_mode="r")
    return Chunks(values, *(metadata[name] for name in Chunks._fields[1:]))


def average_over_chunks(
    chunks: Chunks,
    chunk_values: Callable[[int], np.ndarray],
    *,
    width: int,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return the mean of `chunk_values(chunk)` (chunk frames, width) over all chunks, float32 (frames, width).

    `weights` (chunk frames,) are those of a chunk's frames; without them, all frames weigh the same.
    """
    total = np.zeros((chunks.frame_count, width), np.float32)
    total_weights = np.zeros(chunks.frame_count)
    weights = np.ones(chunks.values.shape[1]) if weights is None else weights
    for chunk in range(len(chunks.values)):
        first = chunks.first_frame(chunk)
        frames = slice(first, first + chunks.values.shape[1])
        count = len(total[frames])  # the last chunk may reach beyond the recording
        total[frames] += (weights[:, None] * chunk_values(chunk))[:count]
        total_weights[frames] += weights[:count]
    total /= np.maximum(total_weights, 1e-9)[:, None]
    return total


def activity_scores(chunks: Chunks, score: str, *, speakers: int) -> np.ndarray:
    """Return a score (frames,) on the grid for at least `speakers` active speakers, averaged over the chunks.

    `score` is "probabilities", or "counts" for the mean number of active speakers, whatever `speakers` is.
    """
    if score == "counts":
        return speaker_counts(chunks)
    classes = _MEMBERS.sum(axis=1) >= speakers

    def probability(chunk: int) -> np.ndarray:
        return chunks.values[chunk][:, classes].astype(np.float32).sum(axis=1, keepdims=True)

    return average_over_chunks(chunks, probability, width=1)[:, 0]


def speaker_counts(chunks: Chunks) -> np.ndarray:
    """Return the number of active speakers (frames,) on the grid, averaged over the chunks."""

    def count(chunk: int) -> np.ndarray:
        return chunks.active(chunk).sum(1, keepdims=True)

    return average_over_chunks(chunks, count, width=1)[:, 0]
