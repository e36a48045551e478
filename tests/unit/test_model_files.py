"""Models of another kind, damaged models and archives that unpack to gigabytes are errors before the first job."""

import shutil
import tracemalloc
import zipfile
from pathlib import Path

import h5py
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from sessions import WINDOWS
from test_requirements import plan_of

from diarflow.artifacts.archives import array_shapes, check_size
from diarflow.backends import MODELS
from diarflow.clustering.plda import read_plda
from diarflow.errors import InputError
from diarflow.networks.graph import build_graph
from diarflow.networks.onnx_header import read_header
from diarflow.networks.weights import SHAPES, read_metadata, read_weights
from diarflow.planning.model_checks import check_models


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def check(model, block="networks", name="bilstm"):
    """Check a plan in which a variant has this model."""
    check_models(
        plan_of("classic", "best", "windows", **WINDOWS | {block: {name: {"model": model}}})
    )


def write_onnx(
    path="x.onnx", inputs=None, outputs=None, constants=(), metadata=None, element=TensorProto.FLOAT
):
    """Write a model that adds nothing: only its interface matters here."""
    inputs = inputs or {"features": ["windows", "frames", 35]}
    outputs = outputs or {"score": ["windows", "frames", 1]}
    graph = helper.make_graph(
        [helper.make_node("Identity", [next(iter(inputs))], [next(iter(outputs))])],
        "test",
        [helper.make_tensor_value_info(name, element, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, element, shape) for name, shape in outputs.items()],
        [helper.make_tensor(name, TensorProto.FLOAT, [1], [0.0]) for name in constants],
    )
    model = helper.make_model(graph)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path


def test_the_header_of_every_shipped_model_is_that_of_onnx():
    for path in MODELS.glob("*.onnx"):
        graph = onnx.load(path).graph
        for tensors, values in zip(read_header(path)[:2], (graph.input, graph.output), strict=True):
            assert [tensor.name for tensor in tensors] == [value.name for value in values]
            for tensor, value in zip(tensors, values, strict=True):
                shape = [size.dim_value or None for size in value.type.tensor_type.shape.dim]
                assert list(tensor.shape) == shape


def test_shipped_models_pass():
    for block, name, model in (
        ("networks", "bilstm", "bilstm.onnx"), ("networks", "bilstm", str(MODELS / "bilstm.keras")),
        ("networks", "segmentation", "segmentation.onnx"), ("embedding", "campplus", "campplus.onnx"),
        ("embedding", "campplus", "campplus-int8.onnx"), ("clustering", "vbx", "plda-campplus.npz"),
    ):  # fmt: skip
        check(model, block, name)


@pytest.mark.parametrize(
    ("block", "name", "model"),
    [
        ("networks", "bilstm", "silero.onnx"), ("networks", "bilstm", "segmentation.onnx"),
        ("networks", "segmentation", "bilstm.onnx"), ("embedding", "campplus", "dvector.onnx"),
        ("networks", "segmentation", "bilstm.keras"), ("networks", "bilstm", "plda-campplus.npz"),
        ("embedding", "campplus", "plda-campplus.npz"), ("clustering", "vbx", "bilstm.keras"),
        ("clustering", "vbx", "campplus.onnx"), ("clustering", "vbx", "README.md"),
        ("networks", "bilstm", "README.md"),
    ],
)  # fmt: skip
def test_a_shipped_model_of_another_kind_is_one_line(block, name, model):
    with pytest.raises(
        InputError, match=rf"^{block}\.{name}\.model is {model}: .*expected"
    ) as error:
        check(model, block, name)
    assert "\n" not in str(error.value) and len(str(error.value)) <= 300


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": {"mel": ["n", "frames", 35]}}, "inputs are mel float32 (any, any, 35), expected features"),
        ({"inputs": {"features": ["n", "frames", 40]}}, "inputs are features float32 (any, any, 40), expected"),
        ({"inputs": {"features": ["n", 35]}}, "inputs are features float32 (any, 35), expected"),
        ({"inputs": {"features": [1, "frames", 35]}}, "inputs are features float32 (1, any, 35), expected"),
        ({"outputs": {"score": ["n", "frames", 2]}}, "the first output is score float32 (any, any, 2), expected"),
        ({"element": TensorProto.DOUBLE}, "inputs are features float64 (any, any, 35), expected"),
        ({"metadata": {"features": "mfcc"}}, "its metadata has features mfcc, expected deltas or spans"),
        ({"metadata": {"normalisation": "x" * 999}}, "its metadata has normalisation xxx"),
    ],
)  # fmt: skip
def test_an_onnx_file_with_another_interface_is_one_line(changes, message):
    with pytest.raises(InputError) as error:
        check(write_onnx(**changes))
    assert f"networks.bilstm.model is x.onnx: {message}" in str(error.value)
    assert len(str(error.value)) <= 300


def test_an_onnx_file_with_the_same_interface_passes():
    weights = [np.zeros(shape, np.float32) for shape in SHAPES]
    onnx.save(build_graph(weights, metadata={"features": "deltas"}), "mine.onnx")
    check("mine.onnx")
    check(write_onnx(inputs={"features": ["a", 137, 35], "w": [1]}, constants=["w"]))
    check(write_onnx(outputs={"score": None}))


def test_weights_beside_an_onnx_file_must_be_there():
    weights = [np.ones(shape, np.float32) for shape in SHAPES]
    onnx.save(build_graph(weights), "x.onnx", save_as_external_data=True, location="x.data", size_threshold=0)  # fmt: skip
    check("x.onnx")
    shutil.move("x.data", "y.data")
    with pytest.raises(InputError, match=r"the file of its weights, x.data, is missing"):
        check("x.onnx")


@pytest.mark.parametrize("size", [0, 1, 100, 1_000_000])
def test_an_incomplete_onnx_file_is_one_line(size):
    with open("x.onnx", "wb") as file:
        file.write((MODELS / "bilstm.onnx").read_bytes()[:size])
    with pytest.raises(InputError, match=r"networks.bilstm.model is x.onnx: not an ONNX file"):
        check("x.onnx")


def write_npz(path="x.npz", **changes):
    with np.load(MODELS / "plda-campplus.npz") as arrays:
        values = {name: value for name, value in (dict(arrays) | changes).items() if value is not None}  # fmt: skip
    np.savez(path, **values)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mean": None}, "its arrays are centre (192,)"),
        ({"mean": np.zeros(47, np.float32)}, "its arrays are"),
        ({"other": np.zeros(3, np.float32)}, "its arrays are"),
        ({"mean": np.zeros(48, np.int64)}, "contains an array that is incomplete, or not of"),
        ({"mean": np.array(["a"] * 48)}, "contains an array that is incomplete, or not of"),
    ],
)
def test_other_arrays_are_no_plda(changes, message):
    with pytest.raises(InputError) as error:
        check(write_npz(**changes), "clustering", "vbx")
    assert f"clustering.vbx.model is x.npz: {message}" in str(error.value)


def zip_bomb(path, name, size=2_000_000_000):
    """Write an archive with a member that claims `size` bytes and holds 10 MB of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(10_000_000))
        archive.infolist()[0].file_size = size  # goes into the directory at the end


@pytest.mark.parametrize(
    ("path", "name", "block", "variant"),
    [
        ("x.keras", "model.weights.h5", "networks", "bilstm"),
        ("x.keras", "diarflow.json", "networks", "bilstm"),
        ("x.npz", "centre.npy", "clustering", "vbx"),
    ],
)
def test_an_archive_that_unpacks_to_gigabytes_is_one_line(path, name, block, variant):
    zip_bomb(path, name)
    tracemalloc.start()
    with pytest.raises(InputError, match=r"unpacks to 2000 MB, expected at most 100 MB"):
        check(path, block, variant)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_an_archive_that_is_not_compressed_may_be_large():
    with zipfile.ZipFile("x.ckpt", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("data", bytes(120_000_000))
    check_size(Path("x.ckpt"))


def test_arrays_whose_header_claims_another_size_are_an_error():
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}"
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(8)
    with zipfile.ZipFile("x.npz", "w") as archive:
        archive.writestr("centre.npy", content)
    with pytest.raises(ValueError, match="an array that is incomplete"):
        array_shapes(Path("x.npz"))
    with pytest.raises(InputError, match=r"x.npz: not a PLDA"):
        read_plda("x.npz")


def test_weights_that_claim_gigabytes_in_many_arrays_are_one_line():
    with h5py.File("x.h5", "w") as file:
        for number in range(100):
            file.create_dataset(f"kernel_{number}", shape=(10**7,), chunks=(10**5,), dtype="f4")
    with pytest.raises(InputError, match=r"networks.bilstm.model is x.h5: holds 80 MB of weights"):
        check("x.h5")


def test_weights_in_another_file_are_not_read():
    Path("secret").write_bytes(bytes(4000))
    with h5py.File("x.h5", "w") as file:
        file.create_dataset("kernel", shape=(1000,), dtype="f4", external=[("secret", 0, 4000)])
    with pytest.raises(InputError, match="the values of kernel are in another file"):
        read_weights("x.h5")


@pytest.mark.parametrize("text", ["[1]", "{", "{" * 5000, '{"features": "' + "x" * 20_000 + '"}'])
def test_metadata_that_cannot_be_read_is_one_line(text):
    shutil.copy(MODELS / "bilstm.keras", "x.keras")
    with zipfile.ZipFile("x.keras") as source, zipfile.ZipFile("y.keras", "w") as archive:
        for name in source.namelist():
            archive.writestr(name, text if name == "diarflow.json" else source.read(name))
    with pytest.raises(InputError, match=r"diarflow.json in it cannot be read"):
        read_metadata("y.keras")


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"speech": {"segmentation": {"network": "bilstm"}}},
         "speech.segmentation.network is bilstm, a network of backend bilstm, expected one of segmentation"),
        ({"turns": {"activations": {"network": "bilstm"}}}, "turns.activations.network is bilstm"),
        ({"changes": {"bilstm-divergence": {"network": "segmentation"}}},
         "changes.bilstm-divergence.network is segmentation, a network of backend segmentation"),
        ({"embedding": {"campplus": {"network": "bilstm"}}}, "embedding.campplus.network is bilstm"),
        ({"systems": {"windows": WINDOWS["systems"]["windows"] | {"embedding": "dvector"}}},
         "clustering.vbx.model is a PLDA for 192 dimensions, but the embedding of system windows, dvector, has 256"),
        ({"turns": {"activations": {"embedding": "dvector"}}},
         "turns.activations.embedding is dvector with 256 dimensions, but the embedding of system windows, campplus"),
        ({"embedding": {"pooled": {"frames": "segmentation"}}},
         "embedding.pooled.frames is segmentation, a network of backend segmentation, expected one of campplus"),
        ({"turns": {"pooled": {"model": "campplus.onnx"}}},
         "turns.pooled.model is campplus.onnx, expected campplus-int8.onnx, the model of its frames"),
    ],
)  # fmt: skip
def test_networks_and_vectors_of_another_kind_are_errors(overlay, message):
    with pytest.raises(InputError) as error:
        check_models(plan_of("classic", "best", "windows", **WINDOWS | overlay))
    assert message in str(error.value)


def test_a_model_that_a_rule_makes_is_not_checked():
    Path("models/mine").mkdir(parents=True)
    Path("models/mine/bilstm.onnx").touch()
    overlay = {
        "training": {"mine": {}},
        "networks": {"bilstm": {"model": "models/mine/bilstm.onnx"}},
    }
    check_models(plan_of("classic", **overlay))
