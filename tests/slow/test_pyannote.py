"""Embeddings of a pyannote.audio model with random weights."""

import os
import traceback

import numpy as np
import pytest
import soundfile
from workflow_runs import Workflow, write_tiny_corpus

from diarflow.embedding import EMBEDDERS, pyannote
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.formats.rttm import read_turns

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SETTINGS = {
    "backend": "pyannote", "token_variable": "HF_TOKEN", "device": "auto", "window": 2.0, "hop": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """Return the checkpoint of an x-vector network with random weights, as pyannote.audio saves it."""
    pyannote.allow_torchaudio_without_extension()
    import torch
    from lightning.pytorch import Trainer
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorMFCC

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "xvector.ckpt"
    trainer = Trainer(logger=False, accelerator="cpu", enable_checkpointing=False)
    model = XVectorMFCC(sample_rate=16_000, num_channels=1)
    model.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=2.0, classes=["a"]
    )
    trainer.strategy.connect(model)
    trainer.save_checkpoint(path, weights_only=True)
    return path


@pytest.fixture(scope="module")
def embed(checkpoint):
    return EMBEDDERS["pyannote"].load(model=str(checkpoint), **SETTINGS)


def test_vectors_equal_those_of_pyannote_audio(checkpoint, embed, tmp_path):
    import torch
    from pyannote.audio import Model

    audio = np.random.default_rng(0).normal(0, 0.1, 80_000).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", audio, 16_000, "FLOAT")
    vectors = embed(tmp_path / "a.wav", [Window(0.5, 2.5, 0), Window(3.0, 3.5, 1)])
    assert vectors.shape == (2, 512) and vectors.dtype == np.float32
    model = Model.from_pretrained(checkpoint, strict=False).eval()
    for vector, piece in zip(
        vectors, (audio[8000:40_000], np.tile(audio[48_000:56_000], 4)), strict=True
    ):
        with torch.inference_mode():
            expected = model(torch.from_numpy(piece)[None, None])[0].numpy()
        np.testing.assert_allclose(vector, expected, rtol=1e-3, atol=1e-4)


def test_no_windows_give_no_vectors(embed, tone):
    assert embed(tone(), []).shape[0] == 0


def test_a_changed_model_reruns_a_system_that_uses_it(checkpoint, tmp_path):
    write_tiny_corpus(tmp_path / "tiny", "mine")
    run = Workflow(tmp_path / "tiny")
    system = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "pyannote",
              "clustering": "kmeans", "turns": "join"}  # fmt: skip
    model = tmp_path / "model.ckpt"
    model.write_bytes(checkpoint.read_bytes())
    overlay = {
        "systems": {"mine": system},
        "embedding": {"pyannote": {"model": str(model), "window": 1.5, "hop": 0.75}},
    }
    os.environ["HF_TOKEN"] = "hf_secret_of_the_test"
    run(overlay=overlay)
    for recording in "ab":
        assert read_turns(tmp_path / f"tiny/results/tiny/rttm/mine/{recording}.rttm")
        folder = tmp_path / "tiny/results/tiny/embeddings/webrtc.none.none.pyannote"
        assert np.load(folder / f"{recording}.npy").shape[1] == 512
    assert run.planned(overlay=overlay) == {}
    model.write_bytes(checkpoint.read_bytes() + b"x")
    assert run.planned(overlay=overlay)["embed_segments"] == 2

    written = (p for p in (tmp_path / "tiny").rglob("*") if p.is_file())
    assert not [p for p in written if b"hf_secret_of_the_test" in p.read_bytes()]


def test_a_missing_checkpoint_stops_the_run(tmp_path):
    write_tiny_corpus(tmp_path / "tiny", "mine")
    system = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "pyannote",
              "clustering": "kmeans", "turns": "join"}  # fmt: skip
    overlay = {"systems": {"mine": system}, "embedding": {"pyannote": {"model": "nowhere.ckpt"}}}
    done = Workflow(tmp_path / "tiny")(overlay=overlay, check=False)
    assert done.status == 1
    assert "embedding.pyannote.model is nowhere.ckpt: no such file" in done.text


class Code:
    """Unpickling an instance runs a command."""

    def __reduce__(self):
        return os.system, ("touch stolen",)


@pytest.mark.parametrize("hidden", ["callbacks", "hyper_parameters"])
def test_a_checkpoint_with_code_is_refused(checkpoint, tmp_path, monkeypatch, hidden):
    import torch

    monkeypatch.chdir(tmp_path)
    content = torch.load(checkpoint, weights_only=False)
    torch.save(content | {hidden: Code()}, "bad.ckpt")
    with pytest.raises(
        InputError, match=r"(?i)bad.ckpt: not a checkpoint that is safe to load \(global .*system"
    ):
        EMBEDDERS["pyannote"].load(model="bad.ckpt", **SETTINGS)
    assert os.listdir() == ["bad.ckpt"]


def test_a_checkpoint_with_a_foreign_module_is_refused(checkpoint, tmp_path):
    import torch

    content = torch.load(checkpoint, weights_only=False)
    content["pyannote.audio"]["architecture"]["module"] = "antigravity"
    torch.save(content, tmp_path / "bad.ckpt")
    with pytest.raises(InputError, match=r"defined in antigravity, expected a module of pyannote"):
        EMBEDDERS["pyannote"].load(model=str(tmp_path / "bad.ckpt"), **SETTINGS)


def test_messages_do_not_contain_the_token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")

    def refuse(*_, token, **__):
        raise RuntimeError(f"403 for Bearer {token}")

    monkeypatch.setattr("pyannote.audio.utils.hf_hub.download_from_hf_hub", refuse)
    with pytest.raises(InputError) as error:
        EMBEDDERS["pyannote"].load(model="somebody/model", **SETTINGS)
    assert "403 for Bearer ***" in str(error.value)
    assert "hf_secret" not in "".join(traceback.format_exception(error.value))
