"""Whether two jobs on two cores are in each other's way: a whole run with one job at a time, and with two at once.

    .venv/bin/python bench/threads.py > bench/threads.md     # six minutes, on a machine that does nothing else

Two recordings of ten minutes go through all stages and variants of bench/memory.py, with `--cores 1` and then anew with
`--cores 2`. Jobs that do not fight take as long at once as one after the other, and no more CPU-seconds.
"""

import argparse
import datetime
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path

from memory import ROOT, TILE, make, read, run

from diarflow.runs.benchmarks import read_cost

NAMES = ["one", "two"]
LEAST = 1.0  # CPU-seconds of a job, in the table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speakers", type=Path, default=ROOT / ".." / "shared/data/speakers")
    speakers = parser.parse_args().speakers.resolve()
    print("# Two jobs on two cores\n")
    print(f"`bench/threads.py`, {datetime.date.today()}, {platform.platform()}, {os.cpu_count()} cores.")  # fmt: skip
    print(
        "Seconds and CPU-seconds of the jobs on two recordings of ten minutes, one job at a time and"
    )
    print("two at once, of every stage and variant that takes a CPU-second or more.\n")
    kinds = ("s, alone", "s, at once", "ratio", "CPU-s, alone", "CPU-s, at once", "ratio")
    print(f"| stage | variant | {' | '.join(kinds)} |\n|{'---|' * 8}")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as root:
        alone, both = Path(root, "1"), Path(root, "2")
        alone.mkdir()
        for name in NAMES:
            make(alone / name, TILE / 3600, speakers)
        shutil.copytree(alone, both)
        taken = []
        for cores, folder in ((1, alone), (2, both)):
            start = time.monotonic()
            run(folder, NAMES, cores)
            taken.append(time.monotonic() - start)
        print("\n".join(table(alone, both)))
    print(f"\nThe whole run, with Snakemake: {taken[0]:.0f} s and {taken[1]:.0f} s, {taken[1] / taken[0]:.2f}.")  # fmt: skip


def table(alone: Path, both: Path):
    """A row for each stage and variant, and one for all."""
    before, after = read(alone, NAMES), read(both, NAMES)
    total = [0.0] * 4
    for stage, cells in before.items():
        cpu = [sum(cpu for cpu, _ in one) for one in (cells, after[stage])]
        figures = [*(seconds(folder, *stage) for folder in (alone, both)), *cpu]
        total = [sum(pair) for pair in zip(total, figures, strict=True)]
        if cpu[0] >= LEAST * len(NAMES):
            yield row(*stage, figures)
    yield row("**all**", "", total)


def seconds(folder: Path, rule: str, variant: str) -> float:
    """What the jobs took by the clock, as Snakemake measured it."""
    return sum(
        read_cost(folder / "benchmarks" / name / rule / variant / f"{name}.tsv").seconds
        for name in NAMES
    )


def row(stage: str, variant: str, figures: list[float]) -> str:
    apart, at_once, cpu, cpu_at_once = figures
    cells = [f"{apart:.1f}", f"{at_once:.1f}", f"{at_once / apart:.2f}"]
    cells += [f"{cpu:.1f}", f"{cpu_at_once:.1f}", f"{cpu_at_once / cpu:.2f}"]
    return f"| {stage} | {variant} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
