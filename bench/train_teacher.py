"""The Bi-LSTM with a teacher: half of what it learns is what the segmentation network says of the same audio.

    .venv/bin/snakemake train --cores 2 --configfile bench/train-variants.yaml
    .venv/bin/python bench/train_teacher.py    # makes models/teacher, which bench/train_variants.py lists

Its targets are the mean of the labels and of how surely one local speaker of the segmentation network hands over to another
within 0.2 s of a frame. What is held out keeps its labels; settings, data and seed are those of `bilstm`.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402

from diarflow.artifacts.arrays import write_array, write_times  # noqa: E402
from diarflow.artifacts.tables import read_facts, read_rows  # noqa: E402
from diarflow.audio.features import frame_time  # noqa: E402
from diarflow.changes.segmentation import border_times, handover  # noqa: E402
from diarflow.networks import segmentation  # noqa: E402
from diarflow.networks.bilstm import HOP  # noqa: E402
from diarflow.networks.chunks import overlap_added, read_chunks  # noqa: E402
from diarflow.training.dataset import Extent  # noqa: E402
from diarflow.training.model_card import write_outcome  # noqa: E402
from diarflow.training.train import set_threads, train  # noqa: E402

WINDOW = 0.2  # seconds on each side


def taught(activate, audio, frames: int) -> np.ndarray:
    """How surely the speaker changes at each frame (frames,): 1 where one hands over, 0 where one falls silent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.npy")
        values, times, facts = activate(audio)
        write_array(path, values)
        write_times(path.with_suffix(".json"), times, **facts)
        chunks = read_chunks(path)
        half = max(1, round(WINDOW / chunks.step))
        scores = overlap_added(
            chunks, lambda one: handover(chunks.probable(one), half)[:, None], width=1
        )[:, 0]
        there = np.interp(frame_time(np.arange(frames), hop=HOP), border_times(chunks), scores)
    return np.clip(2 * there - 1, 0, 1)


def main() -> None:
    source, folder = ROOT / "models" / "bilstm", ROOT / "models" / "teacher"
    extents = [Extent(*row) for row in read_rows(source / "recordings.parquet")]
    labels = np.load(source / "labels.npy").astype(np.float32)
    activate = segmentation.load(model="segmentation.onnx", step=5.0)
    for one in extents:
        if not one.validation:
            audio = ROOT / "results" / one.corpus / "audio" / f"{one.recording}.wav"
            place = slice(one.first, one.first + one.frames)
            labels[place] = (labels[place] + taught(activate, audio, one.frames)) / 2
    settings = json.loads((source / "bilstm.json").read_text())["settings"]
    facts = read_facts(source / "recordings.parquet")
    settings = {key: value for key, value in settings.items() if key not in facts}
    set_threads(2)
    features = np.load(source / "features.npy", mmap_mode="r")
    network, history = train(features, labels, extents, **settings)
    folder.mkdir(parents=True, exist_ok=True)
    names = {"model": "keras", "graph": "onnx", "card": "json", "curve": "png"}
    output = SimpleNamespace(**{key: folder / f"bilstm.{end}" for key, end in names.items()})
    sources = [source / "features.npy", source / "labels.npy", source / "recordings.parquet"]
    write_outcome(output, network, history, extents, settings | facts, sources=sources)


if __name__ == "__main__":
    main()
