"""Train the change detector with a teacher: half of each target comes from the segmentation network.

    .venv/bin/snakemake train --cores 2 --configfile bench/configs/train-variants.yaml
    .venv/bin/python -m bench.training.train_teacher    # writes models/teacher

The targets are the mean of the labels and of the handover score of the segmentation network's local speakers, within
0.2 s on each side of a frame. Validation recordings keep their labels. Settings, data and seed are those of `bilstm`.
`bench.training.train_variants` compares the result with other trainings.
"""

import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from bench.page import ROOT
from diarflow.artifacts.arrays import write_array, write_times
from diarflow.artifacts.tables import read_metadata, read_rows
from diarflow.audio.features import frame_time
from diarflow.changes.segmentation import border_times, handover_scores
from diarflow.networks import segmentation
from diarflow.networks.bilstm import HOP
from diarflow.networks.chunks import average_over_chunks, read_chunks
from diarflow.training.dataset import FrameRange
from diarflow.training.model_card import write_model
from diarflow.training.train import set_threads, train

WINDOW = 0.2  # seconds on each side


def teacher_targets(activate, audio: Path, frames: int) -> np.ndarray:
    """Return a target for each frame (frames,): 1 if one speaker hands over to another, 0 if one only falls silent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.npy")
        activations = activate(audio)
        write_array(path, activations.values)
        write_times(path.with_suffix(".json"), activations.times, **activations.metadata)
        chunks = read_chunks(path)
        half = max(1, round(WINDOW / chunks.step))

        def chunk_scores(chunk: int) -> np.ndarray:
            return handover_scores(chunks.probabilities(chunk), half)[:, None]

        scores = average_over_chunks(chunks, chunk_scores, width=1)[:, 0]
        at_frames = np.interp(frame_time(np.arange(frames), hop=HOP), border_times(chunks), scores)
    return np.clip(2 * at_frames - 1, 0, 1)


def main() -> None:
    source, folder = ROOT / "models" / "bilstm", ROOT / "models" / "teacher"
    ranges = [FrameRange(*row) for row in read_rows(source / "recordings.parquet")]
    labels = np.load(source / "labels.npy").astype(np.float32)
    activate = segmentation.load(model="segmentation.onnx", device="cpu", step=5.0)
    for item in ranges:
        if not item.validation:
            audio = ROOT / "results" / item.corpus / "audio" / f"{item.recording}.wav"
            frames = slice(item.first, item.first + item.frames)
            labels[frames] = (labels[frames] + teacher_targets(activate, audio, item.frames)) / 2
    all_settings = json.loads((source / "bilstm.json").read_text())["settings"]
    data_settings = read_metadata(source / "recordings.parquet")
    settings = {key: value for key, value in all_settings.items() if key not in data_settings}
    set_threads(2)
    features = np.load(source / "features.npy", mmap_mode="r")
    network, history = train(features, labels, ranges, **settings)
    folder.mkdir(parents=True, exist_ok=True)
    suffixes = {"model": "keras", "graph": "onnx", "card": "json", "curve": "png"}
    output = SimpleNamespace(**{key: folder / f"bilstm.{end}" for key, end in suffixes.items()})
    sources = [source / name for name in ("features.npy", "labels.npy", "recordings.parquet")]
    write_model(output, network, history, ranges, settings | data_settings, sources=sources)


if __name__ == "__main__":
    main()
