"""Artifacts that are arrays: one .npy file a recording."""

import numpy as np

from diarflow.files import written_whole


def write_array(path, array) -> None:
    """Write as float32 (rows, columns), whole or not at all; nothing is (0, 0)."""
    array = np.asarray(array, dtype=np.float32)
    with written_whole(path) as beside:
        np.save(beside, array if array.ndim == 2 else array.reshape(0, 0), allow_pickle=False)


def read_array(path) -> np.ndarray:
    """What `write_array` wrote."""
    return np.load(path, allow_pickle=False)
