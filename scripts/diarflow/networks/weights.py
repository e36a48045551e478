"""The weights of the change detection network, out of any file that holds them.

Read by the order and the shape of the layers, whatever their names: Keras 3 (`.keras`, `.weights.h5`) and
the weights that Keras 2 saved (`.h5`). Nothing in a file is executed.
"""

import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np

from diarflow.errors import InputError

_FACTS = "diarflow.json"
_MOST = 50_000_000  # bytes; the network has 2.3 million, its optimizer twice as many
FEATURES, UNITS, DENSE = 35, 128, 32
# two bidirectional LSTM (kernel, recurrent kernel, bias; forwards, then backwards), three dense layers
SHAPES = [
    *[(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)] * 2,
    *[(2 * UNITS, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)] * 2,
    (2 * UNITS, DENSE), (DENSE,), (DENSE, DENSE), (DENSE,), (DENSE, 1), (1,),
]  # fmt: skip


def read_weights(path) -> list[np.ndarray]:
    """The 18 arrays of the network, in the order of `SHAPES`. InputError where they are not there."""
    path = Path(path)
    data = path.read_bytes()
    if path.suffix == ".keras":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if (size := archive.getinfo("model.weights.h5").file_size) > _MOST:
                    raise InputError(f"{path}: holds {size / 1e6:.0f} MB of weights, too many")
                data = archive.read("model.weights.h5")
        except (zipfile.BadZipFile, KeyError) as error:
            raise InputError(f"{path}: not a Keras 3 model") from error
    arrays = _in_order(_arrays(path, data))
    shapes = [array.shape for array in arrays]
    if shapes != SHAPES:
        raise InputError(
            f"{path}: holds weights of shapes {shapes or '(none)'}, expected those of two bidirectional "
            f"LSTM({UNITS}) over {FEATURES} features and dense layers of {DENSE}, {DENSE} and 1"
        )
    return arrays


def read_facts(path) -> dict[str, str]:
    """What a file says of its features and layers: a `.keras` file that was trained here everything, a whole
    model of Keras 2 (`model.save("x.h5")`) the activation, weights alone nothing."""
    if not zipfile.is_zipfile(path):
        return _activation(path)
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(_FACTS)) if _FACTS in archive.namelist() else {}


def write_facts(path, facts: dict[str, str]) -> None:
    """Add them to a `.keras` file; Keras reads past them."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(_FACTS), json.dumps(facts))


def _activation(path) -> dict[str, str]:
    """Of the two hidden dense layers, where the file holds the layers' settings and not their weights alone."""
    import h5py

    try:
        with h5py.File(path) as file:
            config = file.attrs.get("model_config", "")
    except OSError:
        return {}  # read_weights says what is wrong
    text = config.decode() if isinstance(config, bytes) else config
    found = re.search(rf'"units": {DENSE}, "activation": "(tanh|linear)"', text)
    return {"activation": found[1]} if found else {}


def _arrays(path: Path, data: bytes) -> list[tuple[tuple, np.ndarray]]:
    """Arrays of an HDF5 file with what orders them: the numbers in their names; optimizers left out."""
    import h5py

    found = []

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and not re.search(r"optimizer", name):
            if item.nbytes > _MOST:  # a few bytes can claim any shape
                raise InputError(f"{path}: {name} has {item.nbytes / 1e6:.0f} MB, too many")
            found.append((_key(name), np.asarray(item, dtype=np.float32)))

    try:
        with h5py.File(io.BytesIO(data)) as file:
            file.visititems(visit)
    except OSError as error:
        raise InputError(f"{path}: not a file of Keras weights") from error
    return found


def _key(name: str) -> tuple:
    """A key that sorts layers by number, forwards before backwards, kernel, recurrent kernel, bias."""
    parts = name.lower()
    rank = {"kernel": 0, "recurrent": 1, "bias": 2, "0": 0, "1": 1, "2": 2}
    last = parts.rsplit("/", 1)[-1]
    kind = 1 if "recurrent" in last else 2 if "bias" in last else rank.get(last, 0)
    numbers = tuple(
        int(number) for number in re.findall(r"(?:[a-z]_)(\d+)", parts.rsplit("/", 1)[0])
    )
    return (
        0 if re.search(r"bidirectional|lstm|rnn", parts) else 1,
        numbers,
        "backward" in parts,
        kind,
    )


def _in_order(found: list[tuple[tuple, np.ndarray]]) -> list[np.ndarray]:
    """Arrays sorted by key; a layer whose name has no number comes first of its kind."""
    return [array for _, array in sorted(found, key=lambda pair: pair[0])]
