"""A pipeline of pyannote.audio as a system: a local folder with random weights gives the same RTTM as pyannote.audio alone."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from workflow_runs import Workflow, write_tiny_corpus

from diarflow.embedding import pyannote
from diarflow.formats.rttm import read_turns
from diarflow.timeline.intervals import Turn

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
DIMENSIONS = 512  # of an x-vector
REDUCED = 128  # dimensions of pyannote.audio's PLDA


def _save(model, path: Path) -> str:
    from lightning.pytorch import Trainer

    trainer = Trainer(logger=False, accelerator="cpu", enable_checkpointing=False)
    trainer.strategy.connect(model)
    path.parent.mkdir(parents=True)
    trainer.save_checkpoint(path, weights_only=True)
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write the folder of a pipeline: segmentation, embedding and PLDA with random weights, and VBx."""
    pyannote.allow_torchaudio_without_extension()
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorMFCC
    from pyannote.audio.models.segmentation import PyanNet

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("pipeline")
    embedding = XVectorMFCC(sample_rate=16_000, num_channels=1)
    embedding.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=2.0, classes=["a"]
    )
    _save(embedding, folder / "embedding/pytorch_model.bin")
    segmentation = PyanNet(sample_rate=16_000, num_channels=1)
    segmentation.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION, resolution=Resolution.FRAME, duration=5.0,
        classes=["speaker#1", "speaker#2", "speaker#3"], powerset_max_classes=2,
        permutation_invariant=True,
    )  # fmt: skip
    segmentation.build()
    _save(segmentation, folder / "segmentation/pytorch_model.bin")
    random = np.random.default_rng(0)
    (folder / "plda").mkdir()
    np.savez(
        folder / "plda/xvec_transform.npz", mean1=np.zeros(DIMENSIONS), mean2=np.zeros(REDUCED),
        lda=np.linalg.qr(random.normal(size=(DIMENSIONS, REDUCED)))[0],
    )  # fmt: skip
    np.savez(
        folder / "plda/plda.npz", mu=np.zeros(REDUCED),
        tr=np.linalg.qr(random.normal(size=(REDUCED, REDUCED)))[0], psi=np.linspace(2, 1, REDUCED),
    )  # fmt: skip
    config = {
        "pipeline": {
            "name": "pyannote.audio.pipelines.SpeakerDiarization",
            "params": {
                "segmentation": "$model/segmentation", "embedding": "$model/embedding",
                "plda": "$model/plda", "clustering": "VBxClustering",
            },
        },
        "params": {
            "segmentation": {"min_duration_off": 0.0},
            "clustering": {"threshold": 0.6, "Fa": 0.07, "Fb": 0.8},
        },
    }  # fmt: skip
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


@pytest.mark.parametrize("exclusive", [False, True])
def test_a_pipeline_as_a_system_gives_the_turns_of_pyannote_audio(folder, tmp_path, exclusive):
    import soundfile
    import torch
    from pyannote.audio import Pipeline

    write_tiny_corpus(tmp_path / "tiny", "mine")
    run = Workflow(tmp_path / "tiny")
    system = {"pipeline": str(folder), "exclusive": exclusive}
    overlay = {"systems": {"mine": system}, "batch_size": 10}
    assert run("rttm", overlay=overlay).jobs["run_pipeline"] == 1
    pipeline = Pipeline.from_pretrained(folder)
    for name in "ab":
        results = run.folder / "results/tiny"
        samples, rate = soundfile.read(results / f"audio/{name}.wav", dtype="float32")
        file = {"waveform": torch.from_numpy(samples)[None], "sample_rate": rate, "uri": name}
        output = pipeline(file, num_speakers=2)
        kind = "exclusive_speaker_diarization" if exclusive else "speaker_diarization"
        expected = sorted(
            Turn(turn.start, turn.end, speaker)
            for turn, _, speaker in getattr(output, kind).itertracks(yield_label=True)
        )
        turns = read_turns(results / f"rttm/mine/{name}.rttm")
        assert turns and len(turns) == len(expected)
        for turn, other in zip(turns, expected, strict=True):
            assert turn.speaker == other.speaker
            assert (turn.start, turn.end) == pytest.approx((other.start, other.end), abs=0.002)


def test_a_changed_file_of_the_pipeline_reruns_it(folder, tmp_path):
    write_tiny_corpus(tmp_path / "tiny", "mine")
    run = Workflow(tmp_path / "tiny")
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.rglob("*"):
        if path.is_file():
            (copy / path.relative_to(folder)).parent.mkdir(exist_ok=True)
            (copy / path.relative_to(folder)).write_bytes(path.read_bytes())
    overlay = {"systems": {"mine": {"pipeline": str(copy)}}, "batch_size": 10}
    run("rttm", overlay=overlay)
    assert run.planned("rttm", overlay=overlay) == {}
    config = copy / "config.yaml"
    config.write_text(config.read_text().replace("Fa: 0.07", "Fa: 0.1"))
    assert run.planned("rttm", overlay=overlay)["run_pipeline"] == 1
