"""Activations of networks: records for writing and for reading."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from diarflow.artifacts.arrays import read_array, read_frame_metadata, read_times
from diarflow.networks.chunks import Chunks, read_chunks


class Activations(NamedTuple):
    """Output of a network for one recording.

    `values` have shape (frames, outputs), or (chunks, frames, outputs) if the network processes chunks. `times`
    (frames,) are the centres of the frames in seconds; if there are chunks, those of the first chunk.
    `metadata` is stored in the file of the times: the names of the outputs, or the layout of the chunks.
    """

    values: np.ndarray
    times: np.ndarray
    metadata: dict[str, Any]


class FrameScores(NamedTuple):
    """Activations of a network that scores all frames of a recording.

    `values` (frames, outputs); `times` (frames,) are the centres of the frames in seconds.
    """

    values: np.ndarray
    times: np.ndarray


def read_activations(path) -> FrameScores | Chunks:
    """Read activations (.npy) and the metadata beside them (.json).

    Activations in chunks are mapped into memory, those of single frames are read.
    """
    if "chunk_step" in read_frame_metadata(Path(path).with_suffix(".json")):
        return read_chunks(path)
    return FrameScores(read_array(path), read_times(path))
