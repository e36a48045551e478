"""CPU time of the parts of the heaviest jobs of `best`: reading audio, features, the network, and the rest.

    .venv/bin/python -m bench.speed.heavy_jobs --minutes 5 > bench/results/heavy_jobs.md

The audio is noise, and one speaker is assumed to speak all the time: the content does not change the amount of work.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import soundfile
import yaml

from bench.page import ROOT, print_heading, print_table
from bench.speed.cpu_timer import CpuSeconds, measure_calls
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding import EMBEDDERS, campplus
from diarflow.embedding.windows import place_windows
from diarflow.networks import NETWORKS, segmentation
from diarflow.timeline.intervals import Interval

TEXT = """
CPU-seconds for an hour of audio, one thread, models loaded: the minimum of {runs} runs over {minutes:g} minutes.
"""
PARTS = ("reading", "features", "network")


class MeasuredSession:
    """A session of ONNX Runtime that adds the CPU time of its runs to `cpu`."""

    def __init__(self, session, cpu: CpuSeconds):
        self.run = session.run
        measure_calls(self, "run", cpu, "network")


def measure_parts() -> CpuSeconds:
    """Return a counter to which all later calls of the parts add their CPU time."""
    cpu: CpuSeconds = CpuSeconds()
    measure_calls(AudioReader, "read", cpu, "reading")
    measure_calls(campplus, "filterbank", cpu, "features")
    for module in (segmentation, campplus):
        module.session = lambda model, load=module.session: MeasuredSession(load(model), cpu)
    return cpu


def heavy_jobs(path: Path, seconds: float) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name and the work of each job on an audio file."""
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())
    activate = NETWORKS["segmentation"].load(**settings["networks"]["segmentation"])
    yield "segmentation network", partial(activate, path)
    for name in ("campplus", "campplus-short"):
        variant = settings["embedding"][name]
        windows = place_windows([Interval(0.0, seconds)], [], duration=seconds, **variant)
        yield name, partial(EMBEDDERS["campplus"].load(**variant), path, windows)


def table_rows(path: Path, minutes: float, runs: int) -> Iterator[list[str]]:
    cpu = measure_parts()
    for name, work in heavy_jobs(path, 60 * minutes):
        results = []
        for _ in range(runs):
            cpu.clear()
            start = time.process_time()
            work()
            total = time.process_time() - start
            parts = [cpu[part] for part in PARTS]
            results.append((total, [*parts, total - sum(parts)]))
        total, parts = min(results)
        hourly = [f"{60 / minutes * value:.1f}" for value in (*parts, total)]
        yield [name, *hourly, f"{100 * parts[2] / total:.0f} %"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print_heading("Parts of the heaviest jobs", TEXT.format(**vars(options)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "noise.wav")
        samples = round(60 * options.minutes * SAMPLE_RATE)
        noise = np.random.default_rng(0).normal(0, 0.05, samples)
        soundfile.write(path, noise.astype(np.float32), SAMPLE_RATE, "PCM_16")
        columns = ["job", *PARTS, "rest", "all", "share of the network"]
        print_table(columns, table_rows(path, options.minutes, options.runs))


if __name__ == "__main__":
    main()
