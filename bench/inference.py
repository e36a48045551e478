"""How much faster than real time the change detection network runs on one core, features included.

    .venv/bin/python bench/inference.py [--minutes 60] [--runs 3] > bench/inference.md

The recording is noise: what it holds changes nothing about the work. CPU-seconds of one process with one
thread; each row of the table is the median of the runs.
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

from diarflow.audio import SAMPLE_RATE, Clip  # noqa: E402
from diarflow.features import with_deltas  # noqa: E402
from diarflow.networks import bilstm  # noqa: E402
from diarflow.settings.stages import BilstmNetwork  # noqa: E402


def seconds(work) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def stages(path) -> dict[str, float]:
    """CPU-seconds of each stage, and of the whole as the workflow runs it."""
    chosen = BilstmNetwork().model_dump(exclude={"backend"})
    activate = bilstm.load(**chosen)
    taken = {}
    with Clip(path) as clip:
        taken["reading"] = seconds(lambda: clip.read(0, clip.samples))
        taken["reading and features"] = seconds(lambda: bilstm.read_features(clip, "spans"))
    taken["all: features, normalisation, network, averaging"] = seconds(lambda: activate(path))
    return taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "noise.wav")
        noise = np.random.default_rng(0).normal(0, 0.05, round(asked.minutes * 60 * SAMPLE_RATE))
        soundfile.write(path, noise.astype(np.float32), SAMPLE_RATE, "PCM_16")
        with Clip(path) as clip:
            with_deltas(clip, 0, 100, hop=bilstm.HOP)  # librosa compiles and loads on first use
        runs = [stages(path) for _ in range(asked.runs)]
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
        print(f"| {stage} | {hourly:.1f} | {3600 / hourly:.0f} |")
