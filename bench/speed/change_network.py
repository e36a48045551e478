"""Speed of the change detection network on one core, features included.

    .venv/bin/python -m bench.speed.change_network > bench/results/change_network.md

The recording is noise, because the content does not change the amount of work. The network runs as in the workflow.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import soundfile

from bench.page import print_heading, print_table
from bench.speed.cpu_timer import CpuSeconds, measure_calls
from diarflow.audio.features import span_features
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.changes.peak_picking import pick_peaks
from diarflow.networks import bilstm
from diarflow.settings.changes import BilstmChanges
from diarflow.settings.networks import BilstmNetwork

TEXT = """
Windows of {window} s, {step} s apart. CPU-seconds for an hour of audio, in one process with one thread: median of {runs} runs
on a recording of {minutes:g} minutes.
"""


def measure(path: Path, cpu: CpuSeconds) -> dict[str, float]:
    """Return the CPU-seconds of each part of one run, and of the whole run."""
    cpu.clear()
    settings = BilstmChanges()
    start = time.process_time()
    activate = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    activations = activate(path)
    start_of_picking = time.process_time()
    pick_peaks(
        activations.times, activations.values[:, 0],
        min_distance=settings.min_distance, prominence=settings.prominence,
    )  # fmt: skip
    end = time.process_time()
    return {
        "reading": cpu["reading"],
        "features": cpu["features"] - cpu["reading"],
        "normalisation": cpu["normalisation"],
        "network, average over windows": cpu["network"],
        "peak picking": end - start_of_picking,
        "**all**": end - start,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    network = BilstmNetwork()
    text = TEXT.format(window=network.window, step=network.step, **vars(options))
    print_heading("Speed of the change detection network", text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "noise.wav")
        samples = round(options.minutes * 60 * SAMPLE_RATE)
        noise = np.random.default_rng(0).normal(0, 0.05, samples)
        soundfile.write(path, noise.astype(np.float32), SAMPLE_RATE, "PCM_16")
        with AudioReader(path) as reader:
            span_features(reader, 0, 100, hop=bilstm.HOP)  # librosa compiles on its first use
        cpu: CpuSeconds = CpuSeconds()
        measure_calls(AudioReader, "read", cpu, "reading")
        measure_calls(bilstm, "extract_features", cpu, "features")
        measure_calls(bilstm, "normalise", cpu, "normalisation")
        measure_calls(bilstm, "average_over_windows", cpu, "network")
        runs = [measure(path, cpu) for _ in range(options.runs)]
    rows = []
    for part in runs[0]:
        hourly = statistics.median(run[part] for run in runs) * 60 / options.minutes
        rows.append([part, f"{hourly:.1f}", f"{3600 / hourly:.0f}" if hourly >= 0.005 else ""])
    print_table(["part", "CPU-s/h", "times real time"], rows)


if __name__ == "__main__":
    main()
