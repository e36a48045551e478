"""Artifacts that are arrays: one .npy file per recording, and a JSON file with the frame times of activations."""

import json
import math
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from diarflow.atomic import atomic_write


def write_array(path, array) -> None:
    """Write a float16 array as it is and any other as float32. An array of one dimension is written as (0, 0)."""
    array = np.asarray(array)
    if array.dtype != np.float16:
        array = array.astype(np.float32)
    with atomic_write(path) as temporary:
        np.save(temporary, array if array.ndim > 1 else array.reshape(0, 0), allow_pickle=False)


def read_array(path) -> np.ndarray:
    """Read an array that `write_array` wrote."""
    return np.load(path, allow_pickle=False)


def map_array(path) -> np.ndarray:
    """Map an array that `write_array` wrote into memory, read-only."""
    return np.load(path, mmap_mode="r", allow_pickle=False)


def zeros_on_disk(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return zeros in a temporary file instead of memory. The file ends with the array.

    All space is reserved immediately. Raises OSError if the disk has too little.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if not size:
        return np.zeros(shape, dtype)
    with tempfile.TemporaryFile() as file:
        os.posix_fallocate(file.fileno(), 0, size)
        return np.memmap(file, dtype, "r+", shape=shape)


def write_times(
    path, times: Sequence[float] | np.ndarray, *, failed_rule: str | None = None, **metadata
) -> None:
    """Write the times (frames,) of equally spaced frames as JSON, in seconds, with `metadata` about them.

    Frame i is centred at `start + i * step`.
    """
    start = float(times[0]) if len(times) else 0.0
    step = float((times[-1] - times[0]) / (len(times) - 1)) if len(times) > 1 else 0.0
    content = {"start": start, "step": step, "frames": len(times), **metadata}
    if failed_rule:
        content["set_aside"] = failed_rule
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content) + "\n")


def read_times(array_path) -> np.ndarray:
    """Return the times (frames,) of an array of frames in seconds, from the JSON file with the same name."""
    frames = read_frame_metadata(Path(array_path).with_suffix(".json"))
    return frames["start"] + frames["step"] * np.arange(frames["frames"])


def read_frame_metadata(path) -> dict[str, Any]:
    """Read a JSON file that `write_times` wrote."""
    return json.loads(Path(path).read_text())
