"""A run of Snakemake for the benches: what it said, and what it cost with all that it started."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Run(NamedTuple):
    cpu_seconds: float  # user and system, of all its processes
    megabytes: float  # of the largest of them
    said: str


def snakemake(folder: Path, *arguments, snakefile: Path = ROOT / "Snakefile") -> Run:
    """Run Snakemake in a folder; end with what it said where it fails."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, *arguments]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    with open(folder / "said", "w+") as said:
        child = subprocess.Popen(
            list(map(str, command)), cwd=folder, stdout=said, stderr=said, env=one_thread
        )
        _, status, usage = os.wait4(child.pid, 0)
        said.seek(0)
        text = said.read()
    if status:
        raise SystemExit(text[-3000:])
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)
