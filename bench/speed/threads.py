"""Cost of two jobs at the same time on two cores: a whole run with one job at a time, and one with two.

    .venv/bin/python -m bench.speed.threads > bench/results/threads.md

Takes ten minutes on a machine that does nothing else. Two recordings of ten minutes go through all stages and variants of
bench/memory/recording_length.py, with `--cores 1` and then from nothing with `--cores 2`.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.memory.recording_length import TILE, read_costs, run, write_recording
from bench.page import print_heading, print_table
from bench.snakemake_run import SPEAKERS
from diarflow.runs.usage import read_usage

TEXT = """
Two recordings of ten minutes, one job at a time and two at the same time, for every stage and variant whose
jobs take a CPU-second or more on average. *s*: elapsed seconds of the two jobs, added. *CPU-s*: user and system time of the work. If two jobs do
not slow each other down, the ratios are 1.
"""
NAMES = ["one", "two"]
MIN_SECONDS = 1.0  # CPU-seconds of a job that has a row in the table
COLUMNS = ["stage", "variant", "s, one job", "s, two jobs", "ratio", "CPU-s, one job", "CPU-s, two jobs", "ratio"]  # fmt: skip


def table_rows(alone: Path, both: Path) -> Iterator[list[str]]:
    """Yield a row for each stage and variant with enough CPU time, and a row with the sums of all."""
    before, after = read_costs(alone, NAMES), read_costs(both, NAMES)
    total = [0.0] * 4
    for (rule, variant), cells in before.items():
        cpu = [sum(cpu for cpu, _ in costs) for costs in (cells, after[rule, variant])]
        figures = [*(wall_seconds(folder, rule, variant) for folder in (alone, both)), *cpu]
        total = [sum(pair) for pair in zip(total, figures, strict=True)]
        if cpu[0] >= MIN_SECONDS * len(NAMES):
            yield row(rule, variant, figures)
    yield row("**all**", "", total)


def wall_seconds(folder: Path, rule: str, variant: str) -> float:
    """Return the sum of the elapsed seconds of the two jobs of a rule and variant."""
    base = folder / "logs"
    return sum(read_usage(base / name / rule / variant / f"{name}.usage.json").seconds for name in NAMES)  # fmt: skip


def row(rule: str, variant: str, figures: list[float]) -> list[str]:
    seconds, seconds_both, cpu, cpu_both = figures
    return [
        rule, variant, f"{seconds:.1f}", f"{seconds_both:.1f}", f"{seconds_both / seconds:.2f}",
        f"{cpu:.1f}", f"{cpu_both:.1f}", f"{cpu_both / cpu:.2f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speakers", type=Path, default=SPEAKERS)
    speakers = parser.parse_args().speakers.resolve()
    print_heading("Two jobs on two cores", TEXT)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as root:
        alone, both = Path(root, "1"), Path(root, "2")
        alone.mkdir()
        for name in NAMES:
            write_recording(alone / name, TILE / 3600, speakers)
        shutil.copytree(alone, both)
        seconds = []
        for cores, folder in ((1, alone), (2, both)):
            start = time.monotonic()
            run(folder, NAMES, cores)
            seconds.append(time.monotonic() - start)
        print_table(COLUMNS, table_rows(alone, both))
    ratio = seconds[1] / seconds[0]
    print(f"\nThe whole run, Snakemake included: {seconds[0]:.0f} s and {seconds[1]:.0f} s, ratio {ratio:.2f}.")  # fmt: skip


if __name__ == "__main__":
    main()
