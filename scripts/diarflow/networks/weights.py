"""Weights of the change detection network, read from Keras files.

Supported are models and weights of Keras 3 (`.keras`, `.weights.h5`) and of Keras 2 (`.h5`). Layers are recognized
by order and shape, not by name. No code in a file is executed.
"""

import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np

from diarflow.errors import InputError

_METADATA = "diarflow.json"  # a member of the archive
_MAX_SIZE = 50_000_000  # bytes; the network has 2.3 million, its optimizer twice as many
_MAX_METADATA = 10_000  # bytes
FEATURES, UNITS, DENSE = 35, 128, 32
# Two bidirectional LSTMs (kernel, recurrent kernel, bias; forwards, then backwards) and three dense layers.
SHAPES = [
    *[(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)] * 2,
    *[(2 * UNITS, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)] * 2,
    (2 * UNITS, DENSE), (DENSE,), (DENSE, DENSE), (DENSE,), (DENSE, 1), (1,),
]  # fmt: skip


def read_weights(path) -> list[np.ndarray]:
    """Return the 18 arrays of the network in the order of `SHAPES`.

    Raises InputError if the file holds no such arrays.
    """
    path = Path(path)
    _check_size(path, path.stat().st_size)
    data = path.read_bytes()
    if path.suffix == ".keras":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _check_size(path, archive.getinfo("model.weights.h5").file_size)
                data = archive.read("model.weights.h5")
        except (zipfile.BadZipFile, KeyError) as error:
            raise InputError(f"{path}: not a Keras 3 model") from error
    arrays = _read_arrays(path, data)
    shapes = [array.shape for array in arrays]
    if shapes != SHAPES:
        raise InputError(
            f"{path}: holds weights of shapes {shapes or '(none)'}, expected those of two bidirectional "
            f"LSTM({UNITS}) over {FEATURES} features and dense layers of {DENSE}, {DENSE} and 1"
        )
    return arrays


def _check_size(path: Path, size: int) -> None:
    """Raise InputError if weights need more memory than those of the network can."""
    if size > _MAX_SIZE:
        raise InputError(
            f"{path}: holds {size / 1e6:.0f} MB of weights, too many; expected at most {_MAX_SIZE / 1e6:.0f} MB"
        )


def read_metadata(path) -> dict[str, str]:
    """Return the features, normalisation and activation that a model file specifies, or a part of them.

    A `.keras` file that this project trained specifies all, a whole model of Keras 2 (`model.save("x.h5")`) the
    activation, a file of weights nothing.
    """
    if not zipfile.is_zipfile(path):
        return _read_activation(path)
    with zipfile.ZipFile(path) as archive:
        if _METADATA not in archive.namelist():
            return {}
        with archive.open(_METADATA) as file:
            text = file.read(_MAX_METADATA)
    try:
        metadata = json.loads(text)
    except (ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict):
        raise InputError(f"{path}: {_METADATA} in it cannot be read, expected a JSON object")
    return {str(name): str(value) for name, value in metadata.items()}


def write_metadata(path, metadata: dict[str, str]) -> None:
    """Add metadata to a `.keras` file, as a member of the archive that Keras ignores."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(_METADATA), json.dumps(metadata))


def _read_activation(path) -> dict[str, str]:
    """Return the activation of the hidden dense layers, if the HDF5 file holds a model and not weights only."""
    import h5py

    try:
        with h5py.File(path) as file:
            config = file.attrs.get("model_config", "")
    except (OSError, RuntimeError):
        return {}  # `read_weights` reports the error
    text = config.decode(errors="replace") if isinstance(config, bytes) else str(config)
    match = re.search(rf'"units": {DENSE}, "activation": "(tanh|linear)"', text)
    return {"activation": match[1]} if match else {}


def _read_arrays(path: Path, data: bytes) -> list[np.ndarray]:
    """Return the arrays of an HDF5 file in the order of the layers, without those of optimizers."""
    import h5py

    arrays: list[tuple[tuple, np.ndarray]] = []
    total = 0

    def visit(name, item):
        nonlocal total
        if isinstance(item, h5py.Dataset) and not re.search(r"optimizer", name):
            if item.external or item.is_virtual:
                raise InputError(f"{path}: the values of {name} are in another file")
            total += item.nbytes
            _check_size(path, total)  # a few bytes can claim any shape
            arrays.append((_layer_order(name), np.asarray(item, dtype=np.float32)))

    try:
        with h5py.File(io.BytesIO(data)) as file:
            file.visititems(visit)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a file of Keras weights") from error
    return [array for _, array in sorted(arrays, key=lambda pair: pair[0])]


def _layer_order(name: str) -> tuple:
    """Return a key that sorts the arrays of an HDF5 file by their names.

    The order is: LSTMs before dense layers, layers by number, forwards before backwards, then kernel, recurrent
    kernel, bias. A layer without a number is the first of its kind.
    """
    name = name.lower()
    folder, _, last = name.rpartition("/")
    rank = {"kernel": 0, "recurrent": 1, "bias": 2, "0": 0, "1": 1, "2": 2}
    kind = 1 if "recurrent" in last else 2 if "bias" in last else rank.get(last, 0)
    numbers = tuple(int(number) for number in re.findall(r"(?:[a-z]_)(\d+)", folder or last))
    recurrent = re.search(r"bidirectional|lstm|rnn", name)
    return (0 if recurrent else 1, numbers, "backward" in name, kind)
