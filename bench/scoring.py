"""How long scoring takes: recordings scored in one process, and the tables made of them.

    .venv/bin/python bench/scoring.py [--recordings 100 300 1000] [--minutes 30] > bench/scoring.md

Recordings are generated: meetings of four, with overlap, pauses and turns of a few seconds, and a hypothesis that moves
borders, misses turns and takes speakers for others. Each is written as RTTM, and scored by the script of the rule score_recording,
reading and writing included. Then come the totals with their intervals.
"""

import argparse
import datetime
import os
import platform
import resource
import runpy
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from diarflow.artifacts.tables import read_frames  # noqa: E402
from diarflow.formats.rttm import write_rttm  # noqa: E402
from diarflow.formats.uem import write_uem  # noqa: E402
from diarflow.scoring.bootstrap import compare_all  # noqa: E402
from diarflow.scoring.totals import rounded, totals, with_rates, write_csv  # noqa: E402
from diarflow.timeline.intervals import Interval, Seconds, Turn  # noqa: E402


class Files(dict):
    """Snakemake's named list of files, as scripts see it."""

    __getattr__ = dict.__getitem__


def meeting(seed: int, duration: Seconds) -> tuple[list[Turn], list[Turn]]:
    """A reference and a hypothesis, to the millisecond; about 20 turns a minute."""
    random = np.random.default_rng(seed)
    reference, start = [], 0.0
    while start < duration - 1:
        end = min(start + 0.3 + random.exponential(2.7), duration)
        reference.append(Turn(round(start, 3), round(end, 3), f"S{random.integers(4)}"))
        start = max(start + 0.1, end + random.normal(0.1, 0.6))
    moved = [
        Turn(
            round(max(0.0, start + random.normal(0, 0.15)), 3),
            round(min(duration, end + random.normal(0, 0.15)), 3),
            speaker if random.random() > 0.1 else "S9",
        )
        for start, end, speaker in reference
        if random.random() > 0.05
    ]
    return reference, [turn for turn in moved if turn.end > turn.start]


def write_corpus(recordings: int, minutes: float) -> tuple[Files, Files, int]:
    """Inputs and outputs of a job over all recordings, below the current folder, and the turns of references."""
    names = [f"r{number:05d}" for number in range(recordings)]
    found = Files(
        {
            kind: [f"results/c/{folder}/{name}.{ending}" for name in names]
            for kind, folder, ending in (
                ("reference", "reference", "rttm"),
                ("uem", "reference", "uem"),
                ("rttm", "rttm/s", "rttm"),
            )
        }
    )
    for folder in ("reference", "rttm/s"):
        Path("results/c", folder).mkdir(parents=True)
    turns = 0
    for number, name in enumerate(names):
        reference, hypothesis = meeting(number, minutes * 60)
        turns += len(reference)
        write_rttm(found.reference[number], name, reference)
        write_rttm(found.rttm[number], name, hypothesis)
        write_uem(found.uem[number], name, [Interval(0.0, minutes * 60)])
    return found, Files(scores=[f"results/c/scores/s/{name}.parquet" for name in names]), turns


def measure(recordings: int, minutes: float) -> dict[str, float]:
    """Seconds of wall and of CPU, and the peak of memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        inputs, outputs, turns = write_corpus(recordings, minutes)
        job = SimpleNamespace(
            rule="score_recording",
            input=inputs,
            output=outputs,
            resources=SimpleNamespace(),
            params=SimpleNamespace(job='{"settings": {"collar_each_side": 0.25}}'),
            log=["score_recording.log"],
            config={},
        )
        stderr, begun = sys.stderr, (time.perf_counter(), time.process_time())
        runpy.run_path(
            str(ROOT / "scripts" / "score_recording.py"), init_globals={"snakemake": job}
        )
        scored = (time.perf_counter(), time.process_time())
        sys.stderr = stderr
        scores = with_rates(read_frames("scores", outputs.scores))
        write_csv("der.csv", rounded([scores, totals(scores)]))
        summed = time.perf_counter()
        compare_all(two_systems(scores), {})
        compared = time.perf_counter()
        os.chdir("/")
    return {
        "turns": turns,
        "wall": scored[0] - begun[0],
        "cpu": scored[1] - begun[1],
        "totals": summed - scored[0],
        "comparison": compared - summed,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def two_systems(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores and those of another system, which misses a little more."""
    return pd.concat([scores, scores.assign(system="t", missed=scores["missed"] * 1.1)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--recordings", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--minutes", type=float, default=30)
    asked = parser.parse_args()
    measure(1, asked.minutes)  # loads libraries
    sizes = " ".join(map(str, asked.recordings))
    print("# Speed of scoring\n")
    print(
        f"`bench/scoring.py --recordings {sizes} --minutes {asked.minutes:g}`, {datetime.date.today()}, "
        f"{platform.platform()}, one process, {os.cpu_count()} cores.\nRecordings of {asked.minutes:g} "
        "minutes; files read and written included.\n"
    )
    print(
        "| recordings | turns of references | scoring, s | of that CPU, s | a recording, ms | totals with intervals, s "
        "| a paired comparison under three protocols, s | peak memory, MB |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for recordings in asked.recordings:
        one = measure(recordings, asked.minutes)
        print(
            f"| {recordings} | {one['turns']} | {one['wall']:.1f} | {one['cpu']:.1f} "
            f"| {1000 * one['wall'] / recordings:.0f} | {one['totals']:.1f} | {one['comparison']:.1f} "
            f"| {one['memory']:.0f} |",
            flush=True,
        )
