"""Inputs, outputs and metadata of an ONNX file, read without ONNX and without the weights.

An ONNX file has the binary format Protocol Buffers: fields with a number, which may contain further fields.
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto lists the numbers. Planning reads only the fields that it needs.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ELEMENT_TYPES = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16", 11: "float64"}
_MAX_VARINT = 10  # bytes
_EMPTY = memoryview(b"")

Value = int | memoryview  # of a field


class Tensor(NamedTuple):
    """Name, element type and sizes of an input or output; a size is None if any size is allowed."""

    name: str
    element_type: str
    shape: tuple[int | None, ...] | None

    def __str__(self) -> str:
        sizes = (
            "unknown"
            if self.shape is None
            else ", ".join(str(size or "any") for size in self.shape)
        )
        return f"{self.name} {self.element_type} ({sizes})"


class Header(NamedTuple):
    """Inputs without a default value, outputs and metadata of a model, and the names of its separate weight files."""

    inputs: list[Tensor]
    outputs: list[Tensor]
    metadata: dict[str, str]
    weight_files: list[str]


def read_header(path: str | Path) -> Header:
    """Read the header of an ONNX file. Raises ValueError if the file is incomplete or contains something else.

    >>> from diarflow.backends import MODELS
    >>> header = read_header(MODELS / "segmentation.onnx")
    >>> print(*header.inputs, *header.outputs, sep="; ")
    waveform float32 (any, 1, 160000); log_probability float32 (any, 589, 7)
    """
    with open(path, "rb") as file:
        # an empty file is a ValueError
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    graphs = []
    metadata = {}
    for number, value in _fields(data):
        if number == 7:
            graphs.append(value)
        elif number == 14:
            entry = dict(_fields(value))
            metadata[_text(entry.get(1))] = _text(entry.get(2))
    if len(graphs) != 1:
        raise ValueError(f"it has {len(graphs)} graphs")
    inputs, outputs, constants, files = [], [], set(), set()
    for number, value in _fields(graphs[0]):
        if number == 5:
            name, location = _read_constant(value)
            constants.add(name)
            files |= {location} if location else set()
        elif number == 11:
            inputs.append(_read_tensor(value))
        elif number == 12:
            outputs.append(_read_tensor(value))
    if not outputs:
        raise ValueError("it has no outputs")
    inputs = [tensor for tensor in inputs if tensor.name not in constants]
    return Header(inputs, outputs, metadata, sorted(files))


def _read_constant(data: Value) -> tuple[str, str | None]:
    """Return the name of a tensor of weights, and its weight file; None if the weights are in the model."""
    name, file = "", None
    for number, value in _fields(data):
        if number == 8:
            name = _text(value)
        elif number == 13:
            entry = dict(_fields(value))
            if _text(entry.get(1)) == "location":
                file = _text(entry.get(2))
    return name, file


def _read_tensor(data: Value) -> Tensor:
    values = dict(_fields(data))
    kinds = dict(_fields(values.get(2, _EMPTY)))
    tensor = dict(_fields(kinds.get(1, _EMPTY)))  # of other kinds, such as sequences, it is missing
    code = tensor.get(1, 0)
    element_type = _ELEMENT_TYPES.get(code if isinstance(code, int) else 0, "of another type")
    shape = None
    if 2 in tensor:
        sizes = [dict(_fields(size)).get(1) for number, size in _fields(tensor[2]) if number == 1]
        shape = tuple(size if isinstance(size, int) and size > 0 else None for size in sizes)
    return Tensor(_text(values.get(1)), element_type, shape)


def _fields(data: Value) -> Iterator[tuple[int, Value]]:
    """Yield number and value of each field in the data. Raises ValueError if the data is not complete."""
    if isinstance(data, int):
        raise ValueError("a field is a number, expected further fields")
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        kind = key & 7
        if kind == 0:
            value, position = _varint(data, position)
            yield key >> 3, value
            continue
        if kind == 2:
            size, position = _varint(data, position)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("it has a field of an unknown type")
        if position + size > len(data):
            raise ValueError("its last field is incomplete")
        yield key >> 3, data[position : position + size]
        position += size


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """Return the number that begins at a position, and the position after it."""
    value = 0
    for index, byte in enumerate(data[position : position + _MAX_VARINT]):
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            return value, position + index + 1
    raise ValueError("its last field is incomplete")


def _text(value: Value | None) -> str:
    return "" if value is None or isinstance(value, int) else bytes(value).decode(errors="replace")
