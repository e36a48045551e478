"""Kinds of model files: networks in ONNX, weights of Keras, PLDAs and checkpoints, read before the first job.

Only the headers of ONNX files and archives are read. A file that passes can still be damaged inside.
"""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.artifacts.archives import array_shapes, check_size
from diarflow.embedding.card import network_file
from diarflow.networks.onnx_header import Header, Tensor, read_header
from diarflow.settings.embedding_card import read_card
from diarflow.settings.yaml_events import cut


class _Interface(NamedTuple):
    """Input and first output that a backend passes to a network and takes from it."""

    input: Tensor
    output: Tensor


# by backend
_NETWORK_INTERFACES = {
    "bilstm": _Interface(
        Tensor("features", "float32", (None, None, 35)), Tensor("score", "float32", (None, None, 1))
    ),
    "segmentation": _Interface(
        Tensor("waveform", "float32", (None, 1, 160_000)),
        Tensor("log_probability", "float32", (None, 589, 7)),
    ),
    "campplus": _Interface(
        Tensor("fbank", "float32", (None, None, 80)), Tensor("embedding", "float32", (None, 192))
    ),
}
_NETWORK_INTERFACES["pooled"] = _NETWORK_INTERFACES["campplus"]
# values of the metadata that the settings of the network can replace
_METADATA = {
    "features": ("deltas", "spans"), "normalisation": ("recording", "none"), "activation": ("tanh", "linear"),
}  # fmt: skip
_PLDA = ("centre", "direction", "reduction", "mean", "rotation", "between")


def check_model(block: str, variant: Any, path: Path) -> None:
    """Raise an error if a file is no model of the kind that a variant needs."""
    if block == "clustering":
        plda_dimensions(path)
    elif variant.backend == "pyannote":
        if zipfile.is_zipfile(path):
            check_size(path)
    elif variant.backend == "onnx":
        _check_card(path)
    elif variant.backend == "bilstm" and path.suffix != ".onnx":
        _check_weights(variant, path)
    else:
        _check_onnx(variant, path)


def _check_onnx(variant: Any, path: Path) -> None:
    """Raise ValueError if an ONNX file has another interface than the backend of a variant uses."""
    header = _read_network(path)
    network = _NETWORK_INTERFACES[variant.backend]
    if len(header.inputs) != 1 or not _fits(header.inputs[0], network.input, is_named=True):
        shown = ", ".join(map(str, header.inputs)) or "none"
        raise ValueError(f"inputs are {shown}, expected {network.input}")
    if not _fits(header.outputs[0], network.output):
        raise ValueError(f"the first output is {header.outputs[0]}, expected {network.output}")
    if variant.backend == "bilstm":
        _check_metadata(variant, header.metadata, ("features", "normalisation"))


def _read_network(path: Path) -> Header:
    """Return the header of an ONNX file. Raises ValueError if it is none, or if the file of its weights is missing."""
    try:
        header = read_header(path)
    except ValueError as error:
        raise ValueError(f"not an ONNX file ({error})") from error
    if missing := [name for name in header.weight_files if not (path.parent / name).is_file()]:
        raise ValueError(f"the file of its weights, {missing[0]}, is missing beside it")
    return header


def _check_card(path: Path) -> None:
    """Raise an error if a card is wrong, or if its network has other inputs or another output."""
    card = read_card(path)
    file = network_file(path, card.model)
    if card.model.startswith("models/") and not file.is_file():  # a rule fetches it
        return
    if not file.is_file():
        raise ValueError(f"{card.model}: no such file, expected a network beside the card")
    try:
        header = _read_network(file)
    except ValueError as error:
        raise ValueError(f"{card.model}: {error}") from error
    names = [tensor.name for tensor in header.inputs]
    if len(names) != 1 + bool(card.lengths) or (card.lengths and card.lengths not in names):
        raise ValueError(
            f"inputs of {card.model} are {', '.join(names)}, expected one, and that of `lengths` if the card names it"
        )
    shape = header.outputs[0].shape
    if shape and shape[-1] not in (None, card.dimensions):
        raise ValueError(
            f"the first output of {card.model} is {header.outputs[0]}, expected {card.dimensions} dimensions"
        )


def _fits(tensor: Tensor, expected: Tensor, *, is_named: bool = False) -> bool:
    """Return whether an input or output can have the expected type and shape.

    The first size is the number of items in a batch, which varies. Other sizes must be as expected, or free.
    """
    if tensor.element_type != expected.element_type or (is_named and tensor.name != expected.name):
        return False
    if tensor.shape is None or expected.shape is None:
        return True
    return (
        len(tensor.shape) == len(expected.shape)
        and tensor.shape[0] is None
        and all(
            size is None or wanted is None or size == wanted
            for size, wanted in zip(tensor.shape, expected.shape, strict=True)
        )
    )


def _check_weights(variant: Any, path: Path) -> None:
    """Raise an error if a file of Keras contains other weights than those of the Bi-LSTM."""
    try:
        from diarflow.networks.weights import read_metadata, read_weights
    except ModuleNotFoundError:  # with conda, the environment of the rule has h5py
        return
    if zipfile.is_zipfile(path):
        check_size(path)
    read_weights(path)
    _check_metadata(variant, read_metadata(path), tuple(_METADATA))


def _check_metadata(variant: Any, metadata: Mapping[str, str], names: Iterable[str]) -> None:
    """Raise ValueError if the metadata of a model has a value that its backend does not know."""
    for name in names:
        value = getattr(variant, name) or metadata.get(name, _METADATA[name][0])
        if value not in _METADATA[name]:
            raise ValueError(
                f"its metadata has {name} {cut(value)}, expected {' or '.join(_METADATA[name])}"
            )


def plda_dimensions(path: Path) -> int:
    """Return the number of dimensions of the vectors for a PLDA. Raises ValueError if a file is no PLDA."""
    shapes = array_shapes(path)
    vector, reduced = shapes.get("centre", ()), shapes.get("between", ())
    expected = dict(
        zip(_PLDA, (vector, vector, vector + reduced, reduced, reduced * 2, reduced), strict=True)
    )
    if len(vector) != 1 or len(reduced) != 1 or shapes != expected:
        shown = ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "none"
        raise ValueError(f"its arrays are {cut(shown)}")
    return vector[0]
