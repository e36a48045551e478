"""Network of the change detector: size, optimizer, ONNX graph and files. Needs TensorFlow."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from diarflow.backends import MODELS  # noqa: E402
from diarflow.errors import InputError  # noqa: E402
from diarflow.networks import bilstm  # noqa: E402
from diarflow.networks.graph import build_graph  # noqa: E402
from diarflow.networks.onnx import session  # noqa: E402
from diarflow.networks.weights import SHAPES, read_metadata, read_weights, write_metadata  # noqa: E402
from diarflow.training.network import build_network  # noqa: E402
from diarflow.training.smorms3 import SMORMS3  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_network_has_571_489_parameters_layer_by_layer():
    network = build_network()
    sizes = [layer.count_params() for layer in network.layers if layer.count_params()]
    assert sizes == [167_936, 394_240, 8_224, 1_056, 33]
    assert network.count_params() == 571_489
    lines = []
    network.summary(print_fn=lines.append)
    assert "571,489" in "\n".join(lines)


def random_weights(seed=0):
    random = np.random.default_rng(seed)
    return [random.normal(0, 0.1, shape).astype(np.float32) for shape in SHAPES]


@pytest.mark.parametrize(
    ("windows", "frames", "activation"),
    [
        (1, 137, "tanh"),
        (5, 20, "linear"),
        pytest.param(5, 20, "tanh", marks=pytest.mark.slow),
        pytest.param(2, 160, "linear", marks=pytest.mark.slow),
    ],
)
def test_the_graph_gives_the_scores_of_keras(windows, frames, activation):
    network = build_network(frames=frames, activation=activation)
    network.set_weights(random_weights())
    graph = session(build_graph(random_weights(), activation=activation).SerializeToString())
    x = np.random.default_rng(1).normal(size=(windows, frames, 35)).astype(np.float32)
    scores = graph.run(None, {"features": x})[0]
    assert scores.shape == (windows, frames, 1)
    np.testing.assert_allclose(scores, network(x), atol=1e-5)


def test_the_shipped_graph_gives_the_scores_of_the_shipped_model():
    shipped = keras.saving.load_model(MODELS / "bilstm.keras", compile=False)
    graph = session("bilstm.onnx")
    x = np.random.default_rng(2).normal(size=(7, 137, 35)).astype(np.float32)
    np.testing.assert_allclose(graph.run(None, {"features": x})[0], shipped(x), atol=1e-5)
    # the graph takes any number of frames, the model only that of its training
    activation = read_metadata(MODELS / "bilstm.keras")["activation"]
    network = build_network(frames=20, activation=activation)
    network.set_weights(shipped.get_weights())
    x = x[:, :20]
    np.testing.assert_allclose(graph.run(None, {"features": x})[0], network(x), atol=1e-5)


@pytest.mark.parametrize("name", ["a.keras", "a.weights.h5"])
def test_weights_are_read_from_files_of_keras_3(tmp_path, name):
    network = build_network()
    network.set_weights(random_weights())
    (network.save if name.endswith(".keras") else network.save_weights)(tmp_path / name)
    for weights, expected in zip(read_weights(tmp_path / name), random_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)


def test_the_metadata_of_a_model_are_in_its_files_and_settings_override_them(tmp_path):
    network = build_network()
    network.set_weights(random_weights())
    network.save(tmp_path / "a.keras")
    assert read_metadata(tmp_path / "a.keras") == {}
    metadata = {"features": "spans", "normalisation": "none", "activation": "linear"}
    write_metadata(tmp_path / "a.keras", metadata)
    assert read_metadata(tmp_path / "a.keras") == metadata
    keras.saving.load_model(tmp_path / "a.keras")  # Keras can still read it
    graph = build_graph(random_weights(), activation="linear", metadata=metadata)
    (tmp_path / "a.onnx").write_bytes(graph.SerializeToString())
    for name in ("a.keras", "a.onnx"):
        assert bilstm._load_network(tmp_path / name, {})[1] == metadata
        _, overridden = bilstm._load_network(tmp_path / name, {"features": "deltas"})
        assert overridden == metadata | {"features": "deltas"}


@pytest.mark.parametrize("first", [1, 3])
def test_weights_are_read_from_files_of_keras_2(tmp_path, first):
    """Keras 2 counts layers over all models of a process, so a layer's number may start at 3."""
    import h5py

    weights = iter(random_weights())
    with h5py.File(tmp_path / "old.h5", "w") as file:
        for number in (first, first + 1):
            for direction in ("forward", "backward"):
                group = f"bidirectional_{number}/bidirectional_{number}/{direction}_lstm_{number}"
                for kind in ("kernel:0", "recurrent_kernel:0", "bias:0"):
                    file[f"{group}/{kind}"] = next(weights)
        for number in range(first, first + 3):
            group = f"time_distributed_{number}/time_distributed_{number}"
            for kind in ("kernel:0", "bias:0"):
                file[f"{group}/{kind}"] = next(weights)
        file["optimizer_weights/training/SMORMS3/x:0"] = np.zeros(3)
    for weights, expected in zip(read_weights(tmp_path / "old.h5"), random_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)
    x = np.random.default_rng(1).normal(size=(1, 137, 35)).astype(np.float32)
    for activation in ("tanh", "linear"):
        network, metadata = bilstm._load_network(tmp_path / "old.h5", {"activation": activation})
        assert metadata == {
            "features": "deltas",
            "normalisation": "recording",
            "activation": activation,
        }
        graph = session(build_graph(random_weights(), activation=activation).SerializeToString())
        np.testing.assert_array_equal(
            network.run(None, {"features": x})[0], graph.run(None, {"features": x})[0]
        )


@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_the_activation_is_read_from_a_model_in_hdf5(tmp_path, activation):
    network = build_network(activation=activation)
    network.set_weights(random_weights())
    network.save(tmp_path / "whole.h5")
    for weights, expected in zip(
        read_weights(tmp_path / "whole.h5"), random_weights(), strict=True
    ):
        np.testing.assert_array_equal(weights, expected)
    assert bilstm._load_network(tmp_path / "whole.h5", {})[1]["activation"] == activation


def test_weights_of_another_network_are_refused(tmp_path):
    import h5py

    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["lstm_1/kernel:0"] = np.zeros((40, 256))
    with pytest.raises(
        InputError, match=r"other.h5: holds weights of shapes .*expected those of two bidir"
    ):
        read_weights(tmp_path / "other.h5")
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(InputError, match=r"text.h5: not a file of Keras weights"):
        read_weights(tmp_path / "text.h5")


def trace_numpy(gradient, start, steps, rate=0.1, epsilon=1e-16):
    """Return the parameters (steps, n) after each step of SMORMS3, written in NumPy from its description."""
    p = np.array(start, dtype=np.float64)
    m, v, memory = np.zeros_like(p), np.zeros_like(p), np.ones_like(p)
    trace = []
    for _ in range(steps):
        g = gradient(p)
        r = 1 / (1 + memory)
        m = (1 - r) * m + r * g
        v = (1 - r) * v + r * g * g
        d = m * m / (v + epsilon)
        p = p - g * np.minimum(rate, d) / (np.sqrt(v) + epsilon)
        memory = 1 + memory * (1 - d)
        trace.append(p.copy())
    return np.array(trace)


def trace_keras(loss, start, steps, rate=0.1):
    """Return the parameters (steps, n) after each step of SMORMS3 in Keras."""
    import tensorflow as tf

    variable = keras.Variable(np.array(start, np.float32))
    optimizer = SMORMS3(rate)
    trace = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            value = loss(variable.value)
        optimizer.apply([tape.gradient(value, variable.value)], [variable])
        trace.append(np.array(variable.value))
    return np.array(trace)


def test_the_first_steps_of_smorms3_equal_a_calculation_by_hand():
    """f = p^2 / 2 from p = 1, rate 0.1. First step: r = 1/2, m = v = 1/2, d = 1/2, and the rate is
    min(0.1, d) = 0.1: p = 1 - 0.1 / sqrt(1/2) = 0.858579, memory 1 + 1 (1 - 1/2) = 1.5. Second: r = 0.4,
    m = 0.3 + 0.4 * 0.858579 = 0.643431, v = 0.3 + 0.4 * 0.737157 = 0.594863, rate 0.1:
    p = 0.858579 (1 - 0.1 / 0.771274) = 0.747259.
    """
    trace = trace_keras(lambda p: p * p / 2, 1.0, 2)
    np.testing.assert_allclose(trace, [0.858579, 0.747259], atol=1e-5)


@pytest.mark.parametrize(
    ("loss", "gradient", "start"),
    [
        (
            lambda p: p[0] ** 2 + 10 * p[1] ** 2,
            lambda p: np.array([2 * p[0], 20 * p[1]]),
            [3.0, -2.0],
        ),
        (
            lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2,
            lambda p: np.array(
                [-2 * (1 - p[0]) - 400 * p[0] * (p[1] - p[0] ** 2), 200 * (p[1] - p[0] ** 2)]
            ),
            [-1.2, 1.0],
        ),
    ],
    ids=["quadratic", "rosenbrock"],
)
def test_smorms3_equals_an_implementation_in_numpy(loss, gradient, start):
    expected = trace_numpy(gradient, start, 30, rate=0.02)
    np.testing.assert_allclose(
        trace_keras(loss, start, 30, rate=0.02), expected, rtol=2e-3, atol=2e-3
    )


def test_smorms3_is_saved_and_loaded_with_its_settings():
    optimizer = SMORMS3(0.02, epsilon=1e-12)
    loaded = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(loaded, SMORMS3)
    assert loaded.get_config() == optimizer.get_config()
    assert loaded.epsilon == 1e-12
