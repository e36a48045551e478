"""CPU time of a run after a change, compared with the run from nothing.

    .venv/bin/python -m bench.speed.rerun --cores 2 > bench/results/rerun.md

Simulated conversations from ../shared/data/speakers go through the system `best`, for each batch size: a cold run up to
the RTTM, then scores and report; another setting of the clustering; no change; one recording more, with scores and
report; one recording more, up to its RTTM.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.page import print_heading, print_table
from bench.snakemake_run import SPEAKERS, job_counts, snakemake

TEXT = """
{recordings} simulated conversations of {minutes:g} minutes, system `best`. CPU-seconds (user and system time) of Snakemake
and all its jobs. *factor*: CPU-seconds of the cold run that makes the same results, divided by those of this run.
"""
RUN = ("--configfile", "my.yaml", "--cores")
ADDED = 2  # recordings that are added after the cold run


def simulate(folder: Path, count: int, minutes: float) -> Path:
    """Simulate conversations with references. Return the table of recordings."""
    simulation = {"speakers": str(SPEAKERS), "conversations": count, "duration": 60 * minutes, "seed": 6}  # fmt: skip
    corpus = {"name": "dialogues", "simulate": simulation, "systems": ["best"]}
    folder.mkdir()
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": [corpus], "batch_size": 1000}))
    snakemake(folder, "audio", *RUN, 1)
    return folder / "results/dialogues/simulated/recordings.tsv"


def jobs_of(output: str) -> int:
    """Return the number of jobs, without the targets."""
    counts = job_counts(output) if "Job stats:" in output else {}
    return counts.get("total", 0) - counts.get("all", 0) - counts.get("rttm", 0)


def measure(
    folder: Path, table: Path, count: int, size: int, cores: int
) -> dict[str, tuple[int, float]]:
    """Return jobs and CPU-seconds of each kind of run."""
    header, *rows = table.read_text().splitlines()
    folder.mkdir()
    results = {}

    def run(name: str, recordings: int, *targets: str, **overlay) -> None:
        cells = (line.split("\t") for line in rows[:recordings])
        absolute = ([id, *(str(table.with_name(file)) for file in files)] for id, *files in cells)
        text = "\n".join([header, *map("\t".join, absolute)])
        (folder / "table.tsv").write_text(text + "\n")
        corpus = {"name": "c", "recordings": str(folder / "table.tsv"), "systems": ["best"]}
        config = {"corpora": [corpus], "batch_size": size} | overlay
        (folder / "my.yaml").write_text(yaml.safe_dump(config))
        done = snakemake(folder, *targets, *RUN, cores)
        results[name] = (jobs_of(done.output), done.cpu_seconds)
        print(size, name, results[name], file=sys.stderr, flush=True)

    run("cold, up to the RTTM", count, "rttm")
    run("cold, then scores and report", count)
    changed = {"clustering": {"consensus": {"agreement": 0.55}}}
    run("another setting of the clustering", count, **changed)
    run("no change", count, **changed)
    run("one recording more, with scores and report", count + 1, **changed)
    run("one recording more, up to its RTTM", count + 2, "rttm", **changed)
    return results


def rows_of(results: dict[str, tuple[int, float]], size: int) -> Iterator[list[str]]:
    """Yield the rows of a batch size. Each run is compared with the cold run that makes the same results."""
    to_rttm, to_report = (cpu for _, cpu in list(results.values())[:2])
    for name, (jobs, cpu) in results.items():
        cold = to_rttm if name.endswith("RTTM") else to_rttm + to_report
        factor = "" if name.startswith("cold") else f"{cold / cpu:.0f}"
        yield [str(size), name, str(jobs), f"{cpu:.1f}", factor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[25, 1],
                        help="batch sizes; size 1 takes much longer")  # fmt: skip
    options = parser.parse_args()
    print_heading("Cost of a re-run", TEXT.format(**vars(options)))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary:
        table = simulate(Path(temporary, "simulated"), options.recordings + ADDED, options.minutes)
        rows = (
            row
            for size in options.sizes
            for row in rows_of(
                measure(Path(temporary, str(size)), table, options.recordings, size, options.cores), size
            )
        )  # fmt: skip
        print_table(["batch size", "run", "jobs", "CPU-s", "factor"], rows)


if __name__ == "__main__":
    main()
