"""Segmentation networks of pyannote.audio with random weights, powerset and multilabel."""

import hashlib
import json

import numpy as np
import pytest
import soundfile
from file_server import file_server
from workflow_runs import Workflow, write_tiny_corpus

from diarflow.embedding import pyannote
from diarflow.errors import InputError
from diarflow.networks import NETWORKS
from diarflow.networks.chunks import CLASSES

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SETTINGS = {"backend": "pyannote", "token_variable": "HF_TOKEN", "device": "cpu", "step": 2.0}
SECONDS = 5.0  # of a chunk


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Return the checkpoint of each kind: powerset of three speakers, and multilabel of four."""
    pyannote.allow_torchaudio_without_extension()
    import torch
    from lightning.pytorch import Trainer
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    folder = tmp_path_factory.mktemp("models")
    kinds = {
        "powerset": (Problem.MONO_LABEL_CLASSIFICATION, 3, {"powerset_max_classes": 2}),
        "multilabel": (Problem.MULTI_LABEL_CLASSIFICATION, 4, {}),
    }
    for name, (problem, speakers, more) in kinds.items():
        torch.manual_seed(0)
        model = PyanNet(sample_rate=16_000, num_channels=1)
        model.specifications = Specifications(
            problem=problem, resolution=Resolution.FRAME, duration=SECONDS,
            classes=[f"speaker#{n}" for n in range(speakers)], permutation_invariant=True, **more,
        )  # fmt: skip
        model.build()
        trainer = Trainer(logger=False, accelerator="cpu", enable_checkpointing=False)
        trainer.strategy.connect(model)
        trainer.save_checkpoint(folder / f"{name}.ckpt", weights_only=True)
    return folder


@pytest.fixture
def noise(tmp_path):
    """Return the path of 12.5 s of noise, which are five chunks at a step of 2 s."""
    samples = np.random.default_rng(0).normal(0, 0.1, 200_000).astype(np.float32)
    soundfile.write(tmp_path / "noise.wav", samples, 16_000, "PCM_16")
    return tmp_path / "noise.wav"


@pytest.mark.parametrize("kind", ["powerset", "multilabel"])
def test_activations_are_those_of_pyannote_audio(checkpoints, noise, kind):
    import torch
    from pyannote.audio import Inference, Model
    from pyannote.core import Segment

    activate = NETWORKS["pyannote"].load(model=str(checkpoints / f"{kind}.ckpt"), **SETTINGS)
    values, times, metadata = activate(noise)
    assert values.shape == (5, 293, 7) and values.dtype == np.float16
    assert metadata == {"outputs": CLASSES, "chunk_step": 2.0, "duration": 12.5}
    model = Model.from_pretrained(checkpoints / f"{kind}.ckpt", strict=False).eval()
    samples = soundfile.read(noise, dtype="float32")[0]
    with torch.inference_mode():
        output = model(torch.from_numpy(samples[32_000:112_000])[None, None])[0].numpy()
    if kind == "powerset":
        np.testing.assert_allclose(values[1], np.exp(output), atol=1e-3)
    else:
        # marginals of the three most active speakers, whose triples are given to pairs
        members = np.array([[str(n) in name for n in range(3)] for name in CLASSES])
        kept = np.sort(np.argsort(-output.sum(axis=0))[:3])
        triple = output[:, kept].prod(axis=1, keepdims=True)
        np.testing.assert_allclose(
            values[1].astype(float) @ members, output[:, kept] - triple / 3, atol=2e-3
        )
    inference = Inference(model, duration=SECONDS, step=2.0, skip_aggregation=True)
    file = {"waveform": torch.from_numpy(samples)[None], "sample_rate": 16_000}
    frames = inference(file).data
    assert frames.shape[:2] == values.shape[:2]
    expected = model.receptive_field[10].middle
    assert times[10] == pytest.approx(expected) and Segment(0, SECONDS).overlaps(times[-1])


def test_an_empty_recording_has_no_chunks(checkpoints, tmp_path):
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.float32), 16_000, "PCM_16")
    activate = NETWORKS["pyannote"].load(model=str(checkpoints / "powerset.ckpt"), **SETTINGS)
    assert activate(tmp_path / "empty.wav").values.shape == (0, 293, 7)


def test_a_step_beyond_the_chunks_is_refused(checkpoints):
    model = str(checkpoints / "powerset.ckpt")
    with pytest.raises(InputError, match=r"chunks are 5 s long, and step is 6 s"):
        NETWORKS["pyannote"].load(model=model, **SETTINGS | {"step": 6.0})


@pytest.mark.parametrize("kind", ["powerset", "multilabel"])
def test_stages_read_a_checkpoint_as_any_segmentation_network(checkpoints, tmp_path, kind):
    write_tiny_corpus(tmp_path / "tiny", "mine")
    run = Workflow(tmp_path / "tiny")
    content = (checkpoints / f"{kind}.ckpt").read_bytes()
    overlay = {
        "networks": {"own": {"backend": "pyannote", "model": "models/own/any.ckpt"}},
        "speech": {"own": {"backend": "segmentation", "network": "own", "onset": 0.3, "offset": 0.2}},
        "overlap": {"own": {"backend": "segmentation", "network": "own"}},
        "embedding": {"own": {"backend": "campplus", "network": "own"}},
        "systems": {"mine": {
            "speech": "own", "changes": "none", "overlap": "own", "embedding": "own",
            "clustering": "agglomerative", "turns": "activations-own",
        }},
        "turns": {"activations-own": {"backend": "activations", "network": "own"}},
        "batch_size": 10,
    }  # fmt: skip
    with file_server() as server:
        server.files["any.ckpt"] = content
        source = {"url": server.url("any.ckpt"), "sha256": hashlib.sha256(content).hexdigest()}
        jobs = run("rttm", overlay=overlay | {"models": {"own": source}}).jobs
    assert jobs["fetch_model"] == jobs["compute_activations"] == 1
    for id in "ab":
        facts = run.folder / f"results/tiny/activations/own/{id}.json"
        assert json.loads(facts.read_text())["outputs"] == CLASSES
        assert (run.folder / f"results/tiny/rttm/mine/{id}.rttm").is_file()
    assert not list((run.folder / "results/tiny/failures").rglob("*.json"))
