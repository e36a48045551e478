"""CPU time and memory of each stage of a system, for recordings of different lengths, on one core.

    .venv/bin/python -m bench.speed.stages --systems best fast classic --minutes 1 10 60 > bench/results/stages.md

The recordings are simulated conversations of four speakers from ../shared/data/speakers: one hour of each length in
one batch. Each job measures itself with getrusage, from the start of its process to its end.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.page import print_heading, print_table
from bench.snakemake_run import SPEAKERS, snakemake
from diarflow.runs.usage import costs

TEXT = """
Simulated conversations of four speakers, {hours:g} h of each length in one batch, one core, cold. *CPU-s/h*: CPU-seconds
(user and system time) for an hour of audio. A job measures itself and its child processes, from the start of Python,
with imports and model. *times real time*: seconds of audio per CPU-second. *share*: of all CPU-seconds. *MB*: peak
memory. The row `Snakemake` has what the jobs did not use themselves.
"""
COLUMNS = ["system", "minutes", "rule", "variant", "CPU-s/h", "times real time", "share", "MB"]


def simulated_corpus(minutes: float, count: int, system: str) -> dict:
    """Return the entry of a corpus of simulated conversations."""
    speakers = {"speakers": str(SPEAKERS), "part": "test", "min_speakers": 4, "max_speakers": 4}
    size = {"conversations": count, "duration": 60 * minutes, "seed": 61}
    return {"name": "dialogues", "simulate": speakers | size, "systems": [system], "split": "test"}


def run(folder: Path, *targets: str) -> float:
    """Return the CPU-seconds of Snakemake and all its jobs."""
    quiet = ("--cores", "1", "--quiet", "all", "--configfile", "my.yaml")
    return snakemake(folder, *targets, *quiet).cpu_seconds


def measure(
    folder: Path, system: str, minutes: float, count: int
) -> tuple[list[tuple[str, str, float, float]], float]:
    """Return rule, variant, CPU-seconds and MB of each rule, and the CPU-seconds of the whole run to the RTTM."""
    config = {"corpora": [simulated_corpus(minutes, count, system)], "batch_size": count}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    run(folder, "audio")  # simulates the conversations
    for pattern in ("logs/**/*.usage.json", "results/dialogues/audio/*.wav"):
        for path in folder.glob(pattern):
            path.unlink()
    total = run(folder, "rttm")
    recordings = [f"dialogues-{number:04d}" for number in range(count)]
    rows = [
        (row["rule"], row["variant"], row["cpu"], row["memory"])
        for row in costs("dialogues", lambda _: recordings, {}, folder / "logs")
    ]
    return rows, total


def table_rows(system: str, minutes: float, hours_of_audio: float) -> Iterator[list[str]]:
    """Yield a row for each rule and variant, one for Snakemake, and one for all."""
    count = max(1, round(60 * hours_of_audio / minutes))
    hours = minutes * count / 60
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        rows, total = measure(Path(folder), system, minutes, count)
    jobs = sum(cpu for _, _, cpu, _ in rows)
    for rule, variant, cpu, memory in [*rows, ("Snakemake", "", total - jobs, None), ("all", "", total, None)]:  # fmt: skip
        yield [
            system, f"{minutes:g}", rule, variant, f"{cpu / hours:.1f}", times_real_time(cpu, 3600 * hours),
            f"{100 * cpu / total:.1f} %", "" if memory is None else f"{memory:.0f}",
        ]  # fmt: skip


def times_real_time(cpu_seconds: float, seconds_of_audio: float) -> str:
    """Return how many seconds of audio a CPU-second processes; empty for CPU times too short to measure.

    >>> times_real_time(1.5, 3600), times_real_time(0.001, 3600)
    ('2400', '')
    """
    return f"{seconds_of_audio / cpu_seconds:.0f}" if cpu_seconds >= 0.01 else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=["best", "fast"])
    parser.add_argument("--minutes", nargs="+", type=float, default=[10.0])
    parser.add_argument("--hours", type=float, default=1.0, help="audio of each length")
    options = parser.parse_args()
    print_heading("Cost of each stage", TEXT.format(hours=options.hours))
    rows = (
        row
        for system in options.systems
        for minutes in options.minutes
        for row in table_rows(system, minutes, options.hours)
    )
    print_table(COLUMNS, rows)


if __name__ == "__main__":
    main()
