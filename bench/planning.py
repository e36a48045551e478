"""What planning costs, from 100 to 10,000 recordings: `python bench/planning.py > bench/planning.md`.

Corpora of made-up recordings go through the system `best` with `--workflow-profile profiles/large`: a dry run of everything;
then empty files are put in the place of all results, and `--touch --forceall` has Snakemake note each as made, which takes
minutes of the disk; the check that finds nothing to do; and the plan with one recording more. Before that, what the Snakefile adds to the start of
Snakemake itself. CPU-seconds (user and system), MB at most.
"""

import argparse
import datetime
import os
import platform
import re
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import yaml
from runs import ROOT, Run, snakemake

sys.path.insert(0, str(ROOT / "scripts"))

from diarflow.planning.resources import is_light


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


def plan(folder: Path, size: int, *arguments: str) -> Run:
    """Have Snakemake plan, for thousands of recordings."""
    large = ("--cores", "2", "--workflow-profile", ROOT / "profiles/large")
    settings = ("--config", f"batch_size={size}", "--configfile", "my.yaml")
    return snakemake(folder, *large, *settings, *arguments)


def jobs_of(text: str) -> dict[str, int]:
    """How many jobs of each rule, batches under their rule, and in total."""
    found: Counter = Counter()
    table = text.split("Job stats:")[-1].split("\n\n")[0]
    for name, count in re.findall(r"^([a-z][\w.-]*) +(\d+)$", table, flags=re.M):
        found[name] += int(count)
    return found


def on_cluster(jobs: dict[str, int]) -> int:
    """How many of them are submitted with profiles/slurm: the variants of `best` are called as their backends."""
    return sum(
        count
        for name, count in jobs.items()
        for rule, _, rest in [name.partition("-")]
        for variants in [re.sub(r"-\d+-of-\d+$", "", rest).split(".")[1:2]]
        if rule not in ("all", "total") and not is_light(rule, variants)
    )


def make_results(folder: Path, text: str) -> None:
    """An empty file in the place of each result that a dry run names."""
    folders = set()
    for line in re.findall(r"^    output: (.*)$", text, flags=re.M):
        for path in (folder / one for one in line.split(", ")):
            if path.suffix:
                if path.parent not in folders:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    folders.add(path.parent)
                path.touch()
            else:
                path.mkdir(parents=True, exist_ok=True)


def measured(count: int, size: int) -> list[str]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        write_corpus(folder, count)
        plan(folder, size, "--dry-run", "--quiet", "all")  # writes what the table says of each
        first = plan(folder, size, "--dry-run")
        jobs = jobs_of(first.said)
        make_results(folder, first.said)
        plan(folder, size, "--touch", "--forceall", "--quiet", "all")
        again = plan(folder, size, "--dry-run")
        assert "Nothing to be done" in again.said, again.said[-3000:]
        write_corpus(folder, count + 1)
        added = plan(folder, size, "--dry-run", "--quiet", "rules")
        metadata = [p for p in (folder / ".snakemake/metadata").rglob("*") if p.is_file()]
        assert len(metadata) >= 17 * count, len(metadata)
        records = sum(p.stat().st_size for p in metadata)
        return [
            f"{count:,}", str(size), f"{jobs['total']:,}", f"{on_cluster(jobs):,}", *costs(first), *costs(again),
            f"{added.cpu_seconds:.1f}", str(jobs_of(added.said)["total"]), f"{records / 1e6:.0f}",
        ]  # fmt: skip


def costs(run: Run) -> tuple[str, str]:
    return f"{run.cpu_seconds:.1f}", f"{run.megabytes:.0f}"


def parsing(repeats: int = 5) -> tuple[float, float]:
    """CPU-seconds, at least, of Snakemake on a Snakefile of one empty rule, and on ours with one recording."""
    found = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "Snakefile").write_text("rule all:\n    input: []\n")
        write_corpus(folder, 1)
        for snakefile in (folder / "Snakefile", ROOT / "Snakefile"):
            listing = partial(snakemake, folder, "--list", "--configfile", "my.yaml")
            runs = [listing(snakefile=snakefile) for _ in range(repeats)]
            found.append(min(run.cpu_seconds for run in runs))
    return found[0], found[1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, nargs="+", default=[100, 300, 1000, 3000, 10_000])
    parser.add_argument("--batch-size", type=int, default=100)
    asked = parser.parse_args()
    bare, ours = parsing()
    print(f"# What planning costs\n\n`python bench/planning.py`, {datetime.date.today()}, ", end="")
    print(f"{platform.system()}, {platform.machine()}, Python ", end="")
    print(f"{platform.python_version()}. CPU-seconds and MB.\n")
    print(
        f"Reading an empty Snakefile takes {bare:.2f} CPU-s, reading ours {ours - bare:.2f} more.\n"
    )
    columns = (
        "recordings", "batch size", "jobs", "on a cluster", "dry run", "MB", "nothing to do", "MB",
        "one added", "jobs", "records, MB",
    )  # fmt: skip
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)
    for count in asked.recordings:
        print("| " + " | ".join(measured(count, asked.batch_size)) + " |", flush=True)
