"""How much faster than real time the change detection network runs on one core, features included.

    .venv/bin/python bench/inference.py [--minutes 60] [--runs 3] > bench/inference.md

The recording is noise: what it holds changes nothing about the work. CPU-seconds of one process with one
thread, of a run as the workflow does it; each row of the table is the median of the runs.
"""

import argparse
import datetime
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402
import soundfile  # noqa: E402

from diarflow.audio.features import with_spans  # noqa: E402
from diarflow.audio.prepared import SAMPLE_RATE, Clip  # noqa: E402
from diarflow.changes.peak_picking import pick  # noqa: E402
from diarflow.networks import bilstm  # noqa: E402
from diarflow.settings.stages import BilstmChanges, BilstmNetwork  # noqa: E402


def timed(owner, name: str, taken: dict[str, float], stage: str) -> None:
    """Let a function add the CPU-seconds that it takes to those of a stage."""
    work = getattr(owner, name)

    def measured(*args, **kwargs):
        begun = time.process_time()
        try:
            return work(*args, **kwargs)
        finally:
            taken[stage] = taken.get(stage, 0.0) + time.process_time() - begun

    setattr(owner, name, measured)


def stages(path, taken: dict[str, float]) -> dict[str, float]:
    """CPU-seconds of each stage of one run as the workflow does it, and of all of it."""
    taken.clear()
    settings = BilstmChanges()
    begun = time.process_time()
    activate = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    scores, times, _ = activate(path)
    picking = time.process_time()
    pick(times, scores[:, 0], min_distance=settings.min_distance, prominence=settings.prominence)
    ended = time.process_time()
    return {
        "reading": taken["reading"],
        "features": taken["features"] - taken["reading"],
        "normalisation": taken["normalisation"],
        "network, averaging over windows": taken["network"],
        "local maxima": ended - picking,
        "**all**": ended - begun,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "noise.wav")
        noise = np.random.default_rng(0).normal(0, 0.05, round(asked.minutes * 60 * SAMPLE_RATE))
        soundfile.write(path, noise.astype(np.float32), SAMPLE_RATE, "PCM_16")
        taken: dict[str, float] = {}
        timed(Clip, "read", taken, "reading")
        timed(bilstm, "read_features", taken, "features")
        timed(bilstm, "normalise", taken, "normalisation")
        timed(bilstm, "averaged", taken, "network")
        with Clip(path) as clip:
            with_spans(clip, 0, 100, hop=bilstm.HOP)  # librosa compiles and loads on first use
        runs = [stages(path, taken) for _ in range(asked.runs)]
    print("# Speed of the change detection network\n")
    print(
        f"`bench/inference.py --minutes {asked.minutes:g} --runs {asked.runs}`, {datetime.date.today()}, "
        f"{platform.platform()}, one core.\nStep {BilstmNetwork().step} s of windows of "
        f"{BilstmNetwork().window} s.\n"
    )
    print("| stage | CPU-seconds an audio hour | times real time |")
    print("|---|---|---|")
    for stage in runs[0]:
        hourly = statistics.median(run[stage] for run in runs) * 60 / asked.minutes
        print(f"| {stage} | {hourly:.1f} | {3600 / max(hourly, 1e-9):.0f} |")
