"""The change detection network as an ONNX graph.

Put together by hand: the exporters turn the layers that are applied to every frame into something else.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def build_graph(
    weights: Sequence[np.ndarray],
    *,
    activation: str = "tanh",
    facts: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """features (windows, frames, 35) -> score (windows, frames, 1), any number of windows and frames.

    `weights` in the order of `diarflow.networks.weights.SHAPES`; `activation` of the two hidden dense
    layers is "tanh" or "linear"; `facts` are kept in the metadata.
    """
    constants: list[onnx.TensorProto] = []
    nodes = [helper.make_node("Transpose", ["features"], ["x0"], perm=[1, 0, 2])]

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    for layer in range(2):
        forwards, backwards = (
            weights[6 * layer : 6 * layer + 3],
            weights[6 * layer + 3 : 6 * layer + 6],
        )
        units = forwards[1].shape[0]
        w, r, b = (
            np.stack([_gates(one), _gates(other)])
            for one, other in zip(forwards, backwards, strict=True)
        )
        inputs = [
            f"x{layer}",
            constant(f"w{layer}", w),
            constant(f"r{layer}", r),
            constant(f"b{layer}", np.concatenate([b, np.zeros_like(b)], axis=1)),
        ]
        shape = constant(f"shape{layer}", np.array([0, 0, 2 * units], np.int64))
        nodes += [
            helper.make_node(
                "LSTM", inputs, [f"y{layer}"], hidden_size=units, direction="bidirectional"
            ),
            helper.make_node("Transpose", [f"y{layer}"], [f"z{layer}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"z{layer}", shape], [f"x{layer + 1}"]),
        ]
    name = "x2"
    for layer in range(3):
        kernel, bias = weights[12 + 2 * layer], weights[13 + 2 * layer]
        dense = [name, constant(f"k{layer}", kernel)]
        nodes.append(helper.make_node("MatMul", dense, [f"m{layer}"]))
        nodes.append(
            helper.make_node("Add", [f"m{layer}", constant(f"c{layer}", bias)], [f"d{layer}"])
        )
        name = f"d{layer}"
        if layer < 2 and activation == "tanh":
            nodes.append(helper.make_node("Tanh", [name], [f"t{layer}"]))
            name = f"t{layer}"
    nodes.append(helper.make_node("Sigmoid", [name], ["s"]))
    nodes.append(helper.make_node("Transpose", ["s"], ["score"], perm=[1, 0, 2]))
    features = weights[0].shape[0]
    graph = helper.make_graph(
        nodes,
        "speaker change detection",
        [
            helper.make_tensor_value_info(
                "features", TensorProto.FLOAT, ["windows", "frames", features]
            )
        ],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["windows", "frames", 1])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, dict(facts or {}))
    onnx.checker.check_model(model, full_check=True)
    return model


def _gates(value: np.ndarray) -> np.ndarray:
    """Keras has the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""
    i, f, c, o = np.split(value, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1).T
