"""Time of scoring: the recordings of a job, the tables over them, and the comparison of two systems.

    .venv/bin/python -m bench.speed.scoring > bench/results/scoring.md

Recordings are generated: meetings of four speakers with overlap, pauses and turns of a few seconds. The hypothesis has
moved borders, missing turns and confused speakers. The script of the rule score_recording reads and writes files.
"""

import argparse
import json
import os
import runpy
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd

from bench.page import ROOT, print_heading, print_table
from diarflow.artifacts.tables import read_frames
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.runs.usage import peak_memory
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.totals import add_rates, compute_totals, concatenate_rounded, write_csv
from diarflow.timeline.intervals import Interval, Seconds, Turn

TEXT = """
Recordings of {minutes:g} minutes, scored by one process; files are read and written. *totals*: with confidence intervals.
*comparison*: two systems, with paired intervals, under three protocols.
"""
COLUMNS = [
    "recordings", "turns in references", "scoring, s", "scoring, CPU-s", "a recording, ms", "totals, s", "comparison, s", "MB",
]  # fmt: skip


class Files(dict):
    """Named files, like those of Snakemake."""

    __getattr__ = dict.__getitem__


def simulate_meeting(seed: int, duration: Seconds) -> tuple[list[Turn], list[Turn]]:
    """Return a reference and a hypothesis, rounded to milliseconds, with about 20 turns a minute."""
    random = np.random.default_rng(seed)
    reference, start = [], 0.0
    while start < duration - 1:
        end = min(start + 0.3 + random.exponential(2.7), duration)
        reference.append(Turn(round(start, 3), round(end, 3), f"S{random.integers(4)}"))
        start = max(start + 0.1, end + random.normal(0.1, 0.6))
    hypothesis = [
        Turn(
            round(max(0.0, start + random.normal(0, 0.15)), 3),
            round(min(duration, end + random.normal(0, 0.15)), 3),
            speaker if random.random() > 0.1 else "S9",
        )
        for start, end, speaker in reference
        if random.random() > 0.05
    ]
    return reference, [turn for turn in hypothesis if turn.end > turn.start]


def write_corpus(recordings: int, minutes: float) -> tuple[Files, Files, int]:
    """Write references and hypotheses below this folder. Return inputs and outputs of a job, and the number of turns."""
    names = [f"r{number:05d}" for number in range(recordings)]
    folders = {"reference": ("reference", "rttm"), "uem": ("reference", "uem"), "rttm": ("rttm/s", "rttm")}  # fmt: skip
    inputs = Files({
        kind: [f"results/c/{folder}/{name}.{suffix}" for name in names]
        for kind, (folder, suffix) in folders.items()
    })  # fmt: skip
    for folder in ("reference", "rttm/s"):
        Path("results/c", folder).mkdir(parents=True)
    turns = 0
    for number, name in enumerate(names):
        reference, hypothesis = simulate_meeting(number, minutes * 60)
        turns += len(reference)
        write_rttm(inputs.reference[number], name, reference)
        write_rttm(inputs.rttm[number], name, hypothesis)
        write_uem(inputs.uem[number], name, [Interval(0.0, minutes * 60)])
    return inputs, Files(scores=[f"results/c/scores/s/{name}.parquet" for name in names]), turns


def run_script(inputs: Files, outputs: Files) -> None:
    """Run the script of the rule score_recording in this process."""
    job = SimpleNamespace(
        rule="score_recording",
        input=inputs,
        output=outputs,
        resources=SimpleNamespace(),
        params=SimpleNamespace(provenance=json.dumps({"settings": {"collar_each_side": 0.25}})),
        log=["score_recording.log"],
        config={},
    )
    stderr = sys.stderr
    runpy.run_path(str(ROOT / "scripts/score_recording.py"), init_globals={"snakemake": job})
    sys.stderr = stderr


def measure_scoring(recordings: int, minutes: float) -> list[str]:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        inputs, outputs, turns = write_corpus(recordings, minutes)
        start, start_cpu = time.perf_counter(), time.process_time()
        run_script(inputs, outputs)
        scored, scored_cpu = time.perf_counter(), time.process_time()
        scores = add_rates(read_frames("scores", outputs.scores))
        write_csv("der.csv", concatenate_rounded([scores, compute_totals(scores)]))
        summed = time.perf_counter()
        # another system, which misses a little more
        other = scores.assign(system="t", missed=scores["missed"] * 1.1)
        compare_systems(pd.concat([scores, other]), {})
        compared = time.perf_counter()
        os.chdir("/")
    seconds = scored - start
    return [
        str(recordings), str(turns), f"{seconds:.1f}", f"{scored_cpu - start_cpu:.1f}", f"{1000 * seconds / recordings:.0f}",
        f"{summed - scored:.1f}", f"{compared - summed:.1f}", f"{peak_memory() / 2**20:.0f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    measure_scoring(1, options.minutes)  # loads libraries
    print_heading("Speed of scoring", TEXT.format(minutes=options.minutes))
    print_table(COLUMNS, (measure_scoring(count, options.minutes) for count in options.recordings))


if __name__ == "__main__":
    main()
