"""Export dvector.onnx from the pretrained GE2E encoder in the package Resemblyzer.

    .venv/bin/python resources/models/export_dvector.py

The development environment suffices, without torch: the checkpoint is read as plain arrays, and the graph is built
from ONNX operators.
"""

import pickle
import struct
import tempfile
from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from diarflow.artifacts.wheels import fetch_wheel_files

HERE = Path(__file__).parent

REQUIREMENT = "Resemblyzer==0.1.4"
SHA256 = "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f"
MEMBER = "resemblyzer/pretrained.pt"
HIDDEN, LAYERS, BANDS = 256, 3, 40
_MAGIC = 0x1950A86A20F9469CFC6C


class _ArrayUnpickler(pickle.Unpickler):
    """Read a pickle of a checkpoint. Tensors and plain containers are accepted, all other classes rejected.

    The type and the length of each storage are added to `storages`.
    """

    def __init__(self, file, storages: dict[str, tuple[str, int]]):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name} found, expected tensors only")

    def persistent_load(self, pid: tuple) -> str:
        _, kind, key, _, count, _ = pid
        self.storages[key] = (kind, count)
        return key


def read_weights(data: bytes) -> dict[str, np.ndarray]:
    """Return the tensors of `model_state` by name, from a checkpoint in the format of torch before 1.6."""
    file, storages = BytesIO(data), {}
    if _ArrayUnpickler(file, {}).load() != _MAGIC:
        raise ValueError("not a checkpoint in the format of torch before 1.6")
    (
        _ArrayUnpickler(file, {}).load(),
        _ArrayUnpickler(file, {}).load(),
    )  # protocol version, and system information
    tensors = _ArrayUnpickler(file, storages).load()["model_state"]
    values = {}
    for key in _ArrayUnpickler(file, {}).load():
        kind, _ = storages[key]
        (count,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype("<f4" if kind == "FloatStorage" else "<i8")
        values[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    weights = {}
    for name, (key, offset, size, stride) in tensors.items():
        steps = [step * values[key].itemsize for step in stride]
        weights[name] = np.lib.stride_tricks.as_strided(values[key][offset:], size, steps).copy()
    return weights


def build(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Return a model that maps mel (windows, frames, 40) to embedding (windows, 256).

    The layers are LSTMs, of which the last state is used, a dense layer, a ReLU, and scaling to length one.
    """
    constants, nodes = [], [helper.make_node("Transpose", ["mel"], ["x0"], perm=[1, 0, 2])]

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def onnx_gates(value: np.ndarray) -> np.ndarray:
        """Convert weights from torch's order of gates (input, forget, cell, output) to ONNX' (input, output, forget, cell)."""
        i, f, c, o = np.split(value, 4)
        return np.concatenate([i, o, f, c])

    for layer in range(LAYERS):
        w, r, bw, br = (
            onnx_gates(weights[f"lstm.{kind}_l{layer}"])[None]
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        inputs = [f"x{layer}", constant(f"w{layer}", w), constant(f"r{layer}", r)]
        inputs.append(constant(f"b{layer}", np.concatenate([bw, br], axis=1)))
        outputs = [f"y{layer}", f"h{layer}"]
        nodes.append(helper.make_node("LSTM", inputs, outputs, hidden_size=HIDDEN))
        axis = constant(f"axis{layer}", np.array([1]))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", axis], [f"x{layer + 1}"]))
    first = constant("direction", np.array([0]))
    nodes += [
        helper.make_node("Squeeze", [f"h{LAYERS - 1}", first], ["state"]),
        helper.make_node(
            "Gemm",
            [
                "state",
                constant("w", weights["linear.weight"]),
                constant("b", weights["linear.bias"]),
            ],
            ["dense"],
            transB=1,
        ),
        helper.make_node("Relu", ["dense"], ["positive"]),
        helper.make_node("LpNormalization", ["positive"], ["embedding"], axis=1, p=2),
    ]
    graph = helper.make_graph(
        nodes,
        "dvector",
        [helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["windows", "frames", BANDS])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["windows", HIDDEN])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder, "pretrained.pt")
        fetch_wheel_files(REQUIREMENT, sha256=SHA256, members={MEMBER: str(checkpoint)})
        model = build(read_weights(checkpoint.read_bytes()))
    (HERE / "dvector.onnx").write_bytes(model.SerializeToString())
    print(HERE / "dvector.onnx")
