"""Effect of training settings on the change detector: short trainings that differ in one setting each.

.venv/bin/snakemake train --cores 2 --configfile bench/configs/train-variants.yaml
.venv/bin/python -m bench.training.train_teacher
.venv/bin/python -m bench.training.train_variants > bench/results/train_variants.md
"""

import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import yaml

from bench.accuracy.change_coverage import VALIDATION, Scored, evaluate
from bench.page import ROOT, print_heading, print_table
from diarflow.audio.prepared import duration
from diarflow.formats.rttm import read_turns
from diarflow.networks import bilstm
from diarflow.settings.networks import BilstmNetwork

TEXT = """
The trainings of `bench/configs/train-variants.yaml`; each differs from `bilstm` in one setting. `teacher`: see
`bench/training/train_teacher.py`. The last rows are the shipped model with different steps between windows.
Coverage on the validation conversations of that file: at 90 % purity with regions of single speakers, and at 85 % with
regions of sets of speakers. The *validation loss* of trainings with another window or another weight of positive
frames is not comparable. *s for 100*: seconds for the fastest 100 updates.
"""
COLUMNS = ["training", "updates", "windows an update", "s for 100", "validation loss", "single at 0.90", "set at 0.85"]  # fmt: skip
CONFIG = ROOT / "bench" / "configs" / "train-variants.yaml"
PICKING = {"min_distance": 0.3, "prominence": 0.0}


def coverages(**settings: Any) -> list[str]:
    """Return the two coverages of the detector with these settings of its network; empty if not reached."""
    activate = bilstm.load(**BilstmNetwork(**settings).model_dump(exclude={"backend"}))
    recordings = []
    for path in sorted((VALIDATION / "audio").glob("*.wav")):
        activations = activate(path)
        turns = read_turns(VALIDATION / "reference" / f"{path.stem}.rttm")
        scores = activations.values[:, 0]
        recordings.append(Scored(turns, duration(path), activations.times, scores))
    result = evaluate(recordings, PICKING)
    return ["" if np.isnan(value) else f"{value:.3f}" for value in (result.single, result.set)]


def table_row(name: str, settings: dict[str, Any], folder: Path) -> list[str]:
    """Return the row of a training, from its model card and its model."""
    card = json.loads((folder / "bilstm.json").read_text())
    history = card["history"]
    window = card["settings"]["window"]
    times = [0.0, *(check["seconds"] for check in history if check["updates"] % 100 == 0)]
    fastest = min(later - earlier for earlier, later in pairwise(times))
    loss = min(check["validation_loss"] for check in history)
    return [
        name, str(history[-1]["updates"]), f"{settings['batch']} x {window:g} s", f"{fastest:.0f}", f"{loss:.3f}",
        *coverages(model=str(folder / "bilstm.onnx"), window=window),
    ]  # fmt: skip


def table_rows() -> Iterator[list[str]]:
    """Yield a row for each training that was run, and for the shipped model with each step."""
    trainings = yaml.safe_load(CONFIG.read_text())["training"]
    trainings["teacher"] = trainings["bilstm"]
    for name, settings in trainings.items():
        folder = ROOT / "models" / name
        if (folder / "bilstm.json").exists():
            yield table_row(name, settings, folder)
    for step in (0.8, 1.6, 3.2):
        yield [f"shipped, step {step} s", "", "", "", "", *coverages(step=step)]


def main() -> None:
    print_heading("Training settings of the change detector", TEXT)
    print_table(COLUMNS, table_rows())


if __name__ == "__main__":
    main()
