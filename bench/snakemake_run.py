"""Run Snakemake and measure its CPU time and memory, with all processes that it starts."""

import sys
from pathlib import Path
from typing import NamedTuple

from bench.measure import measure
from bench.page import ROOT

SPEAKERS = (ROOT / ".." / "shared" / "data" / "speakers").resolve()


class Run(NamedTuple):
    cpu_seconds: float  # user and system time of all processes
    megabytes: float  # peak memory of the largest process
    output: str


def snakemake(folder: Path, *arguments, snakefile: Path = ROOT / "Snakefile") -> Run:
    """Run Snakemake in a folder. If it fails, exit with the end of its output."""
    log = folder / "output.txt"
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile]
    command += ["--logger-diarflow-display", "full", *arguments]
    cost = measure(command, log, cwd=folder)
    output = log.read_text()
    if cost.status:
        raise SystemExit(output[-3000:])
    return Run(cost.cpu_seconds, cost.peak_mb, output)


def job_counts(output: str) -> dict[str, int]:
    """Return the number of jobs of each rule, and the total, from Snakemake's job statistics.

    >>> job_counts("Job stats:\\njob    count\\n-----  -----\\nall        1\\nspeech-3-of-4     2\\ntotal      3\\n\\n")
    {'all': 1, 'speech-3-of-4': 2, 'total': 3}
    """
    table = output.split("Job stats:")[-1].split("\n\n")[0]
    rows = (line.split() for line in table.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}
