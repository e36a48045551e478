"""Artifacts that are arrays: one .npy file a recording."""

import json
import math
import os
import tempfile
from pathlib import Path

import numpy as np

from diarflow.atomic import written_whole


def write_array(path, array) -> None:
    """Write as float32, float16 where it is that, whole or not at all; nothing is (0, 0)."""
    array = np.asarray(array)
    if array.dtype != np.float16:
        array = array.astype(np.float32)
    with written_whole(path) as beside:
        np.save(beside, array if array.ndim > 1 else array.reshape(0, 0), allow_pickle=False)


def read_array(path) -> np.ndarray:
    """What `write_array` wrote."""
    return np.load(path, allow_pickle=False)


def on_disk(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Zeros of a shape, kept in a temporary file that goes with the array, not in memory.

    The file has its place from the start: where the disk is full an OSError says so, here and not later.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if not size:
        return np.zeros(shape, dtype)
    with tempfile.TemporaryFile() as file:
        os.posix_fallocate(file.fileno(), 0, size)
        return np.memmap(file, dtype, "r+", shape=shape)


def write_times(path, times: np.ndarray, *, mark: str | None = None, **facts) -> None:
    """Beside an array of frames a JSON file: when its first frame is, how far apart they are, what they hold.

    Frames are `start + i * step` seconds, at their centres; `facts` are what else there is to say.
    """
    start = float(times[0]) if len(times) else 0.0
    step = float((times[-1] - times[0]) / (len(times) - 1)) if len(times) > 1 else 0.0
    facts = {"start": start, "step": step, "frames": len(times), **facts}
    if mark:
        facts["set_aside"] = mark
    with written_whole(path) as beside:
        beside.write_text(json.dumps(facts) + "\n")


def read_times(array_path) -> np.ndarray:
    """Times (frames,) of an array of frames, in seconds, out of the JSON file beside it."""
    facts = read_facts(Path(array_path).with_suffix(".json"))
    return facts["start"] + facts["step"] * np.arange(facts["frames"])


def read_mark(path) -> str | None:
    """The rule at which the recording of an array of frames was set aside."""
    return read_facts(path).get("set_aside")


def read_facts(path) -> dict:
    """What the JSON file beside an array of frames says of them."""
    return json.loads(Path(path).read_text())
