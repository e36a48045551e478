"""CPU time of planning, compared with an earlier version.

    .venv/bin/python -m bench.speed.planning_versions ../before --recordings 3000 10000 > bench/results/planning_versions.md

`../before` is a clone at the earlier commit, with its own environment. Both versions plan the same corpus in turn.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.measure import measure
from bench.page import ROOT, print_heading, print_table
from bench.speed.planning import (
    forget_records,
    record_results,
    write_corpus,
    write_empty_results,
)

TEXT = """
System `best`, `--workflow-profile profiles/large`, batches of 100. CPU-seconds (user and system time) of dry runs: the
minimum of {repeats}, which alternate between commit {commit} and this one. *ratio*: of the two minima; in parentheses, the
smallest and the largest ratio of two runs in turn.
"""
COLUMNS = ["recordings", "dry run of", "results of a recording, earlier", "now", "CPU-s, earlier", "now", "ratio"]  # fmt: skip


class Version(NamedTuple):
    """A checkout, and the folder in which it plans."""

    root: Path
    folder: Path

    def plan(self, *arguments: str) -> tuple[float, str]:
        """Run Snakemake, and return CPU-seconds and output."""
        log = self.folder / "output.txt"
        command = [self.root / ".venv/bin/python", "-m", "snakemake", "--snakefile", self.root / "Snakefile"]  # fmt: skip
        command += ["--cores", "2", "--workflow-profile", self.root / "profiles/large"]
        command += [*arguments, "--config", "batch_size=100", "--configfile", "my.yaml"]
        cost = measure(command, log, cwd=self.folder)
        if cost.status:
            raise SystemExit(f"{self.root}:\n{log.read_text()[-3000:]}")
        return cost.cpu_seconds, log.read_text()

    def finish(self, listing: str) -> None:
        """Write an empty file for each result in a listing, and let Snakemake record them."""
        self.plan("retry", "--quiet", "all")  # writes the row or plan files
        write_empty_results(self.folder, listing)
        forget_records(self.folder)
        self.plan("--touch", "--forceall", "--quiet", "all")
        if self.root == ROOT:  # the earlier version has no records of its own
            record_results(self.folder, 100)


def compare(versions: list[Version], kind: str, repeats: int, arguments: tuple[str, ...]) -> list[str]:  # fmt: skip
    """Return the cells of a row: CPU-seconds and ratio."""
    pairs = []
    for _ in range(repeats):
        runs = [version.plan(*arguments) for version in versions]
        for _, output in runs:
            assert ("Nothing to be done" in output) == (kind == "nothing"), output[-3000:]
        pairs.append([seconds for seconds, _ in runs])
    earlier, now = (min(pair[index] for pair in pairs) for index in (0, 1))
    ratios = sorted(pair[1] / pair[0] for pair in pairs)
    ratio = f"{now / earlier:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    return [f"{earlier:.1f}", f"{now:.1f}", ratio]


def rows(before: Path, count: int, repeats: int):
    """Yield the rows of the table for a number of recordings."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        versions = [
            Version(before, Path(name, "earlier")),
            Version(ROOT, Path(name, "now")),
        ]
        listings = []
        for version in versions:
            write_corpus(version.folder, count)
            version.plan(
                "--dry-run", "--quiet", "all"
            )  # warm-up: opens every audio file for the first time
            listings.append(version.plan("--dry-run")[1])
        cells = compare(versions, "everything", repeats, ("--dry-run", "--quiet", "rules"))
        for version, listing in zip(versions, listings, strict=True):
            version.finish(listing)
        per_recording = [str(round(len(_records(version.folder)) / count)) for version in versions]
        yield [f"{count:,}", "everything", *per_recording, *cells]
        cells = compare(versions, "nothing", repeats, ("--dry-run",))
        yield [f"{count:,}", "nothing", *per_recording, *cells]


def _records(folder: Path) -> list[Path]:
    """Return Snakemake's records of results."""
    return [path for path in (folder / ".snakemake/metadata").rglob("*") if path.is_file()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "before", type=Path, help="clone at an earlier commit, with its environment"
    )
    parser.add_argument("--recordings", type=int, nargs="+", default=[3000, 10_000])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    before = options.before.resolve()
    git = ["git", "-C", before, "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    print_heading("Cost of planning, compared with an earlier commit", TEXT.format(commit=commit, repeats=options.repeats))  # fmt: skip
    table = (row for count in options.recordings for row in rows(before, count, options.repeats))
    print_table(COLUMNS, table)


if __name__ == "__main__":
    main()
