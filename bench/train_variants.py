"""What moves the change detector: the short trainings of bench/train-variants.yaml, judged alike.

    .venv/bin/snakemake train --cores 2 --configfile bench/train-variants.yaml
    .venv/bin/python bench/train_teacher.py
    .venv/bin/python bench/train_variants.py > bench/train_variants.md

Each differs from the first in one setting. Judged on the validation conversations of that file, by coverage where one
speaks at 90 % purity and with overlap at 85 %: a weight of the loss or another window moves the loss itself. The shipped
model stands below, as it is and with other steps between windows. Trainings that are not there are left out.
"""

import datetime
import json
import os
import platform
import sys
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "bench")]

import numpy as np  # noqa: E402
import yaml  # noqa: E402
from tune_changes import CORPUS, judged  # noqa: E402

from diarflow.audio.prepared import duration  # noqa: E402
from diarflow.formats.rttm import read_turns  # noqa: E402
from diarflow.networks import bilstm  # noqa: E402
from diarflow.settings.stages import BilstmNetwork  # noqa: E402

SETTINGS = {"min_distance": 0.3, "prominence": 0.0}


def coverage(**network) -> tuple[str, str]:
    """Coverage `single` at 90 % purity and `set` at 85 % over the conversations, as text."""
    activate = bilstm.load(**BilstmNetwork(**network).model_dump(exclude={"backend"}))
    recordings = []
    for path in sorted((ROOT / "results" / CORPUS / "audio").glob("*.wav")):
        scores, times, _ = activate(path)
        turns = read_turns(ROOT / "results" / CORPUS / "reference" / f"{path.stem}.rttm")
        recordings.append((turns, duration(path), (times, scores[:, 0])))
    found = judged(recordings, lambda times, scores: (times, scores), SETTINGS)
    return tuple(
        "" if np.isnan(found[kind]) else f"{found[kind]:.3f}" for kind in ("single", "set")
    )


def main() -> None:
    listed = yaml.safe_load((ROOT / "bench" / "train-variants.yaml").read_text())["training"]
    listed["teacher"] = listed["bilstm"]
    print("# What moves the change detector\n")
    print(f"`bench/train_variants.py`, {datetime.date.today()}, {platform.platform()}.\n")
    print(
        "| training | updates | of windows | seconds for 100 | loss held out | single at 0.90 | set at 0.85 |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, settings in listed.items():
        folder = ROOT / "models" / name
        if not (folder / "bilstm.json").exists():
            continue
        card = json.loads((folder / "bilstm.json").read_text())
        last = card["history"][-1]
        window = card["settings"]["window"]
        reached = " | ".join(coverage(model=str(folder / "bilstm.onnx"), window=window))
        times = [0.0, *(one["seconds"] for one in card["history"] if one["updates"] % 100 == 0)]
        fastest = min(later - earlier for earlier, later in pairwise(times))
        loss = min(one["validation_loss"] for one in card["history"])
        print(
            f"| {name} | {last['updates']} | {settings['batch']} x {window:g} s | {fastest:.0f} "
            f"| {loss:.3f} | {reached} |",
            flush=True,
        )
    for step in (0.8, 1.6, 3.2):
        reached = " | ".join(coverage(step=step))
        print(f"| shipped, step {step} s | | | | | {reached} |", flush=True)


if __name__ == "__main__":
    main()
