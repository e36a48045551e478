"""Cards of speaker embeddings in ONNX: what the network takes, and mistakes in a card."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper
from test_settings import settings

from diarflow.digests import digest
from diarflow.embedding import campplus
from diarflow.embedding import onnx as any_onnx
from diarflow.embedding.card import Card
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.planning.model_files import check_model
from diarflow.planning.plan import Plan
from diarflow.planning.provenance import Provenance
from diarflow.planning.recording import Recording
from diarflow.settings.embedding import CampplusEmbedding, OnnxEmbedding
from diarflow.settings.embedding_card import read_card
from diarflow.simulation.synthetic import synthesize_dialogue

WINDOWS = [Window(0.0, 1.5, 0), Window(0.5, 2.0, 0), Window(2.25, 3.0, 1)]


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    path = tmp_path_factory.mktemp("dialogue") / "a.wav"
    synthesize_dialogue(path, seed=2, speakers=2, turns=4)
    return path


def write_card(**changes):
    """Write a card and its network, which returns the sums of its input over time."""
    card = {"model": "sum.onnx", "dimensions": 3, "input": "fbank", "bands": 3} | changes
    Path("card.yaml").write_text(yaml.safe_dump(card))
    axis = 2 if card.get("layout") == "bands-frames" else 1
    shape = {"waveform": ["n", "samples"], "fbank": ["n", "x", "y"]}[card["input"]]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    nodes = [helper.make_node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0)]
    constants = [helper.make_tensor("axes", TensorProto.INT64, [1], [axis])]
    output = "sum"
    if card.get("lengths"):
        inputs.append(helper.make_tensor_value_info(card["lengths"], TensorProto.INT64, ["n"]))
        nodes.append(helper.make_node("Cast", [card["lengths"]], ["float"], to=TensorProto.FLOAT))
        constants.append(helper.make_tensor("one", TensorProto.INT64, [1], [1]))
        nodes.append(helper.make_node("Unsqueeze", ["float", "one"], ["column"]))
        nodes.append(helper.make_node("Mul", ["sum", "column"], ["product"]))
        output = "product"
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, "sum.onnx")
    return "card.yaml"


def embed(audio, card, **settings):
    values = OnnxEmbedding(model=card, **settings).model_dump(exclude={"backend"})
    return any_onnx.load(**values, card=read_card(model_path(card)).model_dump())(audio, WINDOWS)


def card_of(name):
    return Card(**read_card(Path(name)).model_dump())


def test_the_shipped_card_gives_the_vectors_of_campplus(audio):
    settings = CampplusEmbedding(model="campplus.onnx").model_dump(exclude={"backend"})
    np.testing.assert_array_equal(
        embed(audio, "campplus.yaml"), campplus.load(**settings)(audio, WINDOWS)
    )


def test_the_mean_of_each_band_is_subtracted(audio):
    """The sum over time is then 0; without normalisation it is that of 148 frames of 1.5 s."""
    np.testing.assert_allclose(embed(audio, write_card()), 0.0, atol=1e-2)
    raw = embed(audio, write_card(normalisation="none"))
    assert raw.shape == (3, 3) and (np.abs(raw) > 100).all()


def test_bands_and_frames_can_be_exchanged(audio):
    raw = embed(audio, write_card(normalisation="none"))
    exchanged = embed(audio, write_card(normalisation="none", layout="bands-frames"))
    np.testing.assert_allclose(exchanged, raw, rtol=1e-5)


def test_a_scale_shifts_the_logarithm_of_the_power(audio):
    """The logarithm of a power 4 times as high is 1.386 higher in each of 148 frames."""
    raw = embed(audio, write_card(normalisation="none"))
    louder = embed(audio, write_card(normalisation="none", scale=2.0))
    np.testing.assert_allclose(louder - raw, 148 * np.log(4), rtol=1e-3)


def test_the_number_of_frames_is_passed_on(audio):
    raw = embed(audio, write_card(normalisation="none"))
    long = embed(audio, write_card(normalisation="none", lengths="frames"))
    np.testing.assert_allclose(long, 148 * raw, rtol=1e-5)


def test_the_deviation_of_each_band_is_one():
    card = card_of(write_card(normalisation="mean-variance"))
    noise = np.random.default_rng(0).normal(size=24_000).astype(np.float32)
    bands = any_onnx.features(noise, card)
    np.testing.assert_allclose(bands.std(axis=0), 1.0, rtol=1e-4)
    np.testing.assert_allclose(bands.mean(axis=0), 0.0, atol=1e-4)


def test_a_network_may_take_samples():
    card = card_of(write_card(input="waveform", scale=32768.0))
    samples = np.array([0.5, -0.25], np.float32)
    assert any_onnx.features(samples, card).tolist() == [16384.0, -8192.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dimensions": 0}, "card.yaml: dimensions is 0: "),
        ({"normalisation": "max"}, "card.yaml: normalisation is max: "),
        ({"bandz": 3}, "card.yaml: bandz is 3: "),
        ({"model": "none.onnx"}, "none.onnx: no such file, expected a network beside the card"),
        ({"lengths": "t", "model": "one.onnx"}, "inputs of one.onnx are x, expected one, and that"),
    ],
)
def test_a_mistake_in_a_card_is_one_line(changes, message):
    write_card()
    Path("sum.onnx").rename("one.onnx")
    path = Path(write_card(**changes))
    with pytest.raises((InputError, ValueError)) as error:
        check_model("embedding", OnnxEmbedding(model=str(path)), path)
    assert str(error.value).startswith(message) and "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "[1, 2]", "model: [", "\x00", "a: 1\na: 2"])
def test_a_file_that_is_no_card_is_one_line(text):
    Path("card.yaml").write_text(text)
    with pytest.raises(InputError, match=r"^card.yaml(:\d+)?: ") as error:
        read_card(Path("card.yaml"))
    assert "\n" not in str(error.value)


def test_a_card_that_is_too_large_is_not_cut():
    text = Path(write_card()).read_text()
    Path("card.yaml").write_text(text + "# " + 100_000 * "x")
    with pytest.raises(InputError, match=r"^card.yaml: 1\d{5} bytes, expected a card of at most"):
        read_card(Path("card.yaml"))


def test_missing_weights_beside_a_network_are_one_line():
    path = Path(write_card())
    model = onnx.load("sum.onnx")
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.array([1]), "axes"))
    onnx.save(model, "sum.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
    check_model("embedding", OnnxEmbedding(model=str(path)), path)
    Path("w.bin").unlink()
    with pytest.raises(ValueError, match=r"^sum.onnx: the file of its weights, w.bin, is missing"):
        check_model("embedding", OnnxEmbedding(model=str(path)), path)


def test_a_changed_card_or_network_changes_the_provenance():
    def provenance():
        chosen = settings({"embedding": {"mine": {"backend": "onnx", "model": "card.yaml"}}})
        plan = Plan(chosen, [Recording("demo", "a", "a", "a.wav")])
        return Provenance(plan).variant("embed_segments", "embedding", "mine")

    write_card()
    first = provenance()
    assert provenance() == first
    write_card(scale=2.0)
    assert provenance() != first
    write_card(lengths="frames")
    other_network = provenance()
    with open("sum.onnx", "ab") as file:
        file.write(b"\0\0")
    digest.cache_clear()  # a run reads each file once
    assert provenance() not in (first, other_network)
