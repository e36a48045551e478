"""ONNX graph of the change detection network.

The graph is built by hand, because exporters translate layers that are applied to each frame into other operators.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def build_graph(
    weights: Sequence[np.ndarray],
    *,
    activation: str = "tanh",
    metadata: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """Return a model that maps features (windows, frames, 35) to scores (windows, frames, 1).

    The numbers of windows and frames are free. `weights` are in the order of `diarflow.networks.weights.SHAPES`,
    `activation` of the two hidden dense layers is "tanh" or "linear", and `metadata` is stored in the model.
    """
    graph = _GraphBuilder()
    graph.add("Transpose", ["features"], "x0", perm=[1, 0, 2])
    for layer in range(2):
        _add_bidirectional_lstm(graph, layer, weights[6 * layer : 6 * layer + 6])
    name = "x2"
    for layer in range(3):
        kernel, bias = weights[12 + 2 * layer], weights[13 + 2 * layer]
        graph.add("MatMul", [name, graph.constant(f"k{layer}", kernel)], f"m{layer}")
        name = graph.add("Add", [f"m{layer}", graph.constant(f"c{layer}", bias)], f"d{layer}")
        if layer < 2 and activation == "tanh":
            name = graph.add("Tanh", [name], f"t{layer}")
    graph.add("Sigmoid", [name], "s")
    graph.add("Transpose", ["s"], "score", perm=[1, 0, 2])
    return graph.build(features=weights[0].shape[0], metadata=dict(metadata or {}))


class _GraphBuilder:
    """Nodes and constants of a graph, in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        """Add a node with one output, and return the name of the output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def build(self, *, features: int, metadata: dict[str, str]) -> onnx.ModelProto:
        shape = ["windows", "frames"]
        graph = helper.make_graph(
            self.nodes,
            "speaker change detection",
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, [*shape, features])],
            [helper.make_tensor_value_info("score", TensorProto.FLOAT, [*shape, 1])],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model


def _add_bidirectional_lstm(
    graph: _GraphBuilder, layer: int, weights: Sequence[np.ndarray]
) -> None:
    """Add an LSTM that maps x{layer} to x{layer + 1}, both (frames, windows, features).

    `weights` are kernel, recurrent kernel and bias forwards, then the same backwards.
    """
    units = weights[1].shape[0]
    w, r, b = (
        np.stack([_onnx_gates(forwards), _onnx_gates(backwards)])
        for forwards, backwards in zip(weights[:3], weights[3:], strict=True)
    )
    inputs = [
        f"x{layer}",
        graph.constant(f"w{layer}", w),
        graph.constant(f"r{layer}", r),
        graph.constant(f"b{layer}", np.concatenate([b, np.zeros_like(b)], axis=1)),
    ]
    shape = graph.constant(f"shape{layer}", np.array([0, 0, 2 * units], np.int64))
    graph.add("LSTM", inputs, f"y{layer}", hidden_size=units, direction="bidirectional")
    graph.add("Transpose", [f"y{layer}"], f"z{layer}", perm=[0, 2, 1, 3])
    graph.add("Reshape", [f"z{layer}", shape], f"x{layer + 1}")


def _onnx_gates(value: np.ndarray) -> np.ndarray:
    """Convert weights from Keras' order of gates (input, forget, cell, output) to ONNX' (input, output, forget, cell)."""
    i, f, c, o = np.split(value, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1).T
