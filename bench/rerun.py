"""What a run costs after a change, against the run that began from nothing: `python bench/rerun.py > bench/rerun.md`.

Simulated conversations out of ../shared/data/speakers of so many minutes go through the system `best`, once in batches
and once with a job for each recording. CPU-seconds (user and system) of Snakemake and of all that it starts:

- cold: up to the RTTM of all recordings, and then scores and report
- another setting of the clustering
- one recording more, up to its RTTM alone, and with scores and report
- nothing changed
"""

import argparse
import datetime
import platform
import sys
import tempfile
from pathlib import Path

import yaml
from runs import ROOT, snakemake

RUN = ("--configfile", "my.yaml", "--cores")
SPARE = 2  # recordings that are added


def simulate(folder: Path, count: int, minutes: float) -> Path:
    """The table of so many conversations with references."""
    speakers = str((ROOT / ".." / "shared" / "data" / "speakers").resolve())
    made = {"speakers": speakers, "conversations": count, "duration": 60 * minutes, "seed": 6}
    corpus = {"name": "made", "simulate": made, "systems": []}
    folder.mkdir()
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": [corpus], "batch_size": 1000}))
    places = [f"results/made/simulated/made-{number:04d}.wav" for number in range(count)]
    snakemake(folder, *places, *RUN, 1)
    return folder / "results/made/simulated/recordings.tsv"


def jobs_of(text: str) -> int:
    """How many jobs a run had, the targets left out."""
    rows = [line.split() for line in text.split("Job stats:")[-1].splitlines()]
    counts = {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}
    return counts.get("total", 0) - counts.get("all", 0) - counts.get("rttm", 0)


def measure(
    folder: Path, table: Path, count: int, size: int, cores: int
) -> dict[str, tuple[int, float]]:
    """Jobs and CPU-seconds of each kind of run."""
    head, *rows = table.read_text().splitlines()
    folder.mkdir()
    found = {}

    def run(said: str, recordings: int, *targets: str, **overlay) -> None:
        lines = (line.split("\t") for line in rows[:recordings])
        places = ([name, *(str(table.with_name(file)) for file in files)] for name, *files in lines)
        text = "\n".join([head, *map("\t".join, places)])
        (folder / "table.tsv").write_text(text + "\n")
        corpus = {"name": "c", "recordings": str(folder / "table.tsv"), "systems": ["best"]}
        config = {"corpora": [corpus], "batch_size": size} | overlay
        (folder / "my.yaml").write_text(yaml.safe_dump(config))
        ran = snakemake(folder, *targets, *RUN, cores)
        found[said] = (jobs_of(ran.said), ran.cpu_seconds)
        print(size, said, found[said], file=sys.stderr, flush=True)

    run("cold, up to the RTTM", count, "rttm")
    run("cold, then scores and report", count)
    changed = {"clustering": {"vbx": {"threshold": 0.5}}}
    run("another setting of the clustering", count, **changed)
    run("nothing", count, **changed)
    run("one recording more, with scores and report", count + 1, **changed)
    run("one recording more, up to its RTTM", count + 2, "rttm", **changed)
    return found


def rows_of(found: dict[str, tuple[int, float]], size: int):
    """Lines of the table: each run against the cold run that made the same."""
    early, late = (cpu for _, cpu in list(found.values())[:2])
    for said, (jobs, cpu) in found.items():
        cold = early if said.endswith("RTTM") else early + late
        ratio = "" if said.startswith("cold") else f"{cold / cpu:.0f}"
        yield f"| {size} | {said} | {jobs} | {cpu:.1f} | {ratio} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[25, 1],
        help="of batches: with 1 every recording is a job of each rule, which takes long",
    )
    asked = parser.parse_args()
    print("# What a re-run costs\n")
    print(f"`python bench/rerun.py --sizes {' '.join(map(str, asked.sizes))}", end="")
    print(f" --cores {asked.cores}`, ", end="")
    print(
        f"{datetime.date.today()}, {platform.system()}, {platform.machine()}. {asked.recordings} simulated"
    )
    print(f"conversations of {asked.minutes:g} minutes, system `best`; CPU-seconds of")
    print("Snakemake and all its jobs. Cheaper: times, than the cold run that made the same.\n")
    print("| batch size | run | jobs | CPU-s | cheaper |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary:
        table = simulate(Path(temporary, "made"), asked.recordings + SPARE, asked.minutes)
        for size in asked.sizes:
            found = measure(Path(temporary, str(size)), table, asked.recordings, size, asked.cores)
            print("\n".join(rows_of(found, size)), flush=True)


if __name__ == "__main__":
    main()
