"""What planning costs, from 100 to 10,000 recordings: `python bench/planning.py`.

Corpora of made-up recordings go through the system `best` with `--workflow-profile profiles/large`: a dry run
of everything; a run of a copy whose scripts do nothing but leave empty files; the check that finds nothing to do;
and the plan with one recording more. Prints a row for each number of recordings: CPU-seconds (user and system, of
jobs too), and MB at most.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import yaml

ROOT = Path(__file__).resolve().parents[1]
EMPTY = """
from pathlib import Path
for path in map(Path, snakemake.output):
    path.touch() if path.suffix else path.mkdir(parents=True, exist_ok=True)
"""


def write_corpus(folder: Path, count: int) -> None:
    """A table of so many recordings of a tenth of a second, and one reference for all."""
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    if not (folder / "one.wav").exists():
        soundfile.write(folder / "one.wav", np.zeros(1600, np.int16), 16_000)
    names = [f"r{number:05d}" for number in range(count)]
    for name in names:
        if not (folder / f"audio/{name}.wav").exists():
            os.link(folder / "one.wav", folder / f"audio/{name}.wav")
    lines = [f"SPEAKER {name} 1 0 0.1 <NA> <NA> one <NA> <NA>\n" for name in names]
    (folder / "all.rttm").write_text("".join(lines))
    rows = [f"{name}\taudio/{name}.wav\tall.rttm\n" for name in names]
    (folder / "table.tsv").write_text("recording\taudio\treference\n" + "".join(rows))
    corpus = {"name": "c", "recordings": "table.tsv", "systems": ["best"]}
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": [corpus]}))


def snakemake(folder: Path, size: int, *arguments: str) -> tuple[float, float, str]:
    """CPU-seconds, MB at most, and the output of a Snakemake."""
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", folder / "code/Snakefile", "--cores", "2",
        "--workflow-profile", folder / "code/profiles/large", "--config", f"batch_size={size}",
        "--configfile", "my.yaml", *arguments,
    ]  # fmt: skip
    with open(folder / "said", "w+") as said:
        child = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        said.seek(0)
        text = said.read()
    if status:
        raise SystemExit(text[-3000:])
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def jobs_of(text: str) -> int:
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("total ")))


def copied(folder: Path) -> Path:
    """The workflow with scripts that leave empty files, so that a run costs what starting its jobs does."""
    code = folder / "code"
    ignored = shutil.ignore_patterns(".*", "results", "logs", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, code, ignore=ignored)
    for script in (code / "scripts").glob("*.py"):
        script.write_text(EMPTY)
    return code


def measured(count: int, size: int) -> list[str]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        copied(folder)
        write_corpus(folder, count)
        first, first_memory, text = snakemake(folder, size, "--dry-run", "--quiet", "rules")
        jobs = jobs_of(text)
        running, _, _ = snakemake(folder, size, "--quiet", "all")
        again, again_memory, text = snakemake(folder, size, "--dry-run")
        assert "Nothing to be done" in text, text[-3000:]
        write_corpus(folder, count + 1)
        added, _, text = snakemake(folder, size, "--dry-run", "--quiet", "rules")
        records = sum(p.stat().st_size for p in (folder / ".snakemake/metadata").rglob("*"))
        return [
            f"{count:,}", str(size), f"{jobs:,}", f"{first:.1f}", f"{first_memory:.0f}", f"{running:.0f}",
            f"{again:.1f}", f"{again_memory:.0f}", f"{added:.1f}", str(jobs_of(text)),
            f"{records / 1e6:.0f}",
        ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, nargs="+", default=[100, 300, 1000, 3000, 10_000])
    parser.add_argument("--batch-size", type=int, default=100)
    asked = parser.parse_args()
    columns = (
        "recordings", "batch size", "jobs", "dry run", "MB", "running", "nothing to do", "MB",
        "one added", "jobs", "records, MB",
    )  # fmt: skip
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for count in asked.recordings:
        print("| " + " | ".join(measured(count, asked.batch_size)) + " |", flush=True)
