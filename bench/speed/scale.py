"""Time, memory and disk of a large corpus in shards, and of gathering them.

    .venv/bin/python -m bench.speed.scale --recordings 10000 --shards 10 --plan 100000 --tables 100 > bench/results/scale.md

Recordings have a reference and an imported RTTM of one turn, and no audio, so that the costs of the workflow itself are measured.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from bench.measure import Cost, measure
from bench.page import ROOT, print_heading, print_table
from bench.snakemake_run import snakemake
from bench.speed import planning
from diarflow.artifacts.tables import COLUMNS as TABLES
from diarflow.artifacts.tables import write_table
from diarflow.planning.shards import SHARD_FILE
from diarflow.runs.result_records import JobRecords

TEXT = """
Recordings with a reference and an imported system, without audio; batches of 100, one core. CPU-seconds (user and system
time) of all processes, peak memory of the largest process, and size and number of the files in `results/` and `.snakemake/`.
*tables*: `diarflow gather --tables` of shards with the scores of 10,000 recordings each; all of these shards have the same scores.
*plan*: a dry run of system `best` on recordings with audio, with `profiles/large`.
"""
COLUMNS = ["step", "recordings", "CPU-s", "MB", "disk, MB", "files"]
ROWS = 10_000  # recordings of a shard of which only the tables are gathered
PROTOCOLS = ("full", "fair", "forgiving")
_LINE = "SPEAKER {} 1 0 1 <NA> <NA> x <NA> <NA>\n"


class Step(NamedTuple):
    """A measured command."""

    name: str
    recordings: int
    cost: Cost
    folder: Path | None = None

    def cells(self) -> list[str]:
        cells = [self.name, f"{self.recordings:,}", f"{self.cost.cpu_seconds:.0f}", f"{self.cost.peak_mb:.0f}"]  # fmt: skip
        if self.folder is None:
            return [*cells, "", ""]
        size, files = disk_use(self.folder)
        return [*cells, f"{size / 1e6:.0f}", f"{files:,}"]


def disk_use(folder: Path) -> tuple[int, int]:
    """Return the bytes and the number of the files that a run has written."""
    files = [
        path for name in ("results", ".snakemake", "logs") for path in (folder / name).rglob("*")
    ]
    sizes = [path.stat().st_size for path in files if path.is_file()]
    return sum(sizes), len(sizes)


def write_corpus(folder: Path, count: int) -> None:
    """Write a table with one file of references, which is also the imported system."""
    names = [f"r{number:07d}" for number in range(count)]
    (folder / "all.rttm").write_text("".join(map(_LINE.format, names)))
    rows = "".join(f"{name}\t{folder / 'all.rttm'}\n" for name in names)
    (folder / "table.tsv").write_text("recording\treference\n" + rows)
    config = {
        "corpora": [{"name": "c", "recordings": str(folder / "table.tsv"), "systems": ["theirs"]}],
        "systems": {"theirs": {"rttm": str(folder / "all.rttm")}}, "batch_size": 100,
    }  # fmt: skip
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


def diarflow(folder: Path, *arguments: object) -> Cost:
    command = [str(Path(sys.executable).with_name("diarflow")), *map(str, arguments)]
    log = folder / "output.txt"
    cost = measure(command, log, cwd=folder)
    if cost.status:
        raise SystemExit(log.read_text()[-3000:])
    return cost


def steps(folder: Path, count: int, shards: int) -> Iterator[Step]:
    """Run all shards, and gather them twice."""
    write_corpus(folder, count)
    names = [f"shard-{number:03d}" for number in range(1, shards + 1)]
    for number, name in enumerate(names, 1):
        arguments = ("run", "my.yaml", "--shard", f"{number}/{shards}", "-d", name, "--cores", 1)
        cost = diarflow(folder, *arguments)
        if number == 1:
            yield Step(f"shard 1 of {shards}", count // shards, cost, folder / name)
    arguments = ("gather", *names, "--configfile", "my.yaml", "-d", "all", "--cores", 1)
    yield Step(f"gather {shards} shards", count, diarflow(folder, *arguments), folder / "all")
    yield Step("gather again", count, diarflow(folder, *arguments))


def tables(folder: Path, shards: int) -> Iterator[Step]:
    """Gather the tables of shards twice. The shards are links to the files of the first."""
    names = [f"shard-{number:03d}" for number in range(1, shards + 1)]
    write_scores(folder / names[0])
    for number, name in enumerate(names, 1):
        if number > 1:
            shutil.copytree(folder / names[0], folder / name, copy_function=os.link)
            (folder / name / SHARD_FILE).unlink()
        content = {"shard": f"{number}/{shards}", "version": "1", "scores": score_paths()}
        (folder / name / SHARD_FILE).write_text(json.dumps(content))
    corpus = {"name": "c", "audio": str(folder), "systems": ["theirs"]}
    config = {"corpora": [corpus], "systems": {"theirs": {"rttm": str(folder)}}}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    arguments = ("gather", *names, "--configfile", "my.yaml", "-d", "all", "--tables")
    yield Step(f"tables of {shards} shards", ROWS * shards, diarflow(folder, *arguments))
    yield Step("tables again", ROWS * shards, diarflow(folder, *arguments))


def score_paths() -> list[str]:
    return [f"results/c/scores/theirs/r{number:07d}.parquet" for number in range(ROWS)]


def write_scores(folder: Path) -> None:
    """Write the scores and records of a shard."""
    (folder / "results/c/scores/theirs").mkdir(parents=True)
    for number, path in enumerate(score_paths()):
        values = dict.fromkeys(TABLES["scores"], 1) | {
            "corpus": "c", "system": "theirs", "recording": Path(path).stem, "reference_seconds": 600.0, "missed": float(number % 60),
            "speakers_given": False, "failed_rule": "", "extent": "audio",
        }  # fmt: skip
        rows = [tuple((values | {"protocol": protocol}).values()) for protocol in PROTOCOLS]
        write_table(folder / path, "scores", rows)
    here = Path.cwd()
    os.chdir(folder)
    JobRecords("logs/scores.log", "score_recording").end(dict.fromkeys(score_paths(), ""))
    os.chdir(here)


def plan(folder: Path, count: int) -> Step:
    """Plan a corpus with audio."""
    planning.write_corpus(folder, count)
    planning.plan(
        folder, 100, "--dry-run", "--quiet", "all"
    )  # opens every audio file for the first time
    large = ("--cores", "2", "--workflow-profile", ROOT / "profiles/large", "--dry-run", "--quiet", "all")  # fmt: skip
    run = snakemake(folder, *large, "--config", "batch_size=100", "--configfile", "my.yaml")
    return Step("plan", count, Cost(0, 0.0, run.cpu_seconds, run.megabytes))


def table_rows(options: argparse.Namespace) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        for step in steps(Path(name), options.recordings, options.shards):
            yield step.cells()
    for shards in options.tables:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
            for step in tables(Path(name), shards):
                yield step.cells()
    for count in options.plan:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
            yield plan(Path(name), count).cells()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=10_000)
    parser.add_argument("--shards", type=int, default=10)
    parser.add_argument("--plan", type=int, nargs="*", default=[100_000])
    parser.add_argument("--tables", type=int, nargs="*", default=[100], help="numbers of shards")
    options = parser.parse_args()
    print_heading("Cost of large corpora in shards", TEXT)
    print_table(COLUMNS, table_rows(options))


if __name__ == "__main__":
    main()
