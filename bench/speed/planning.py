"""CPU time and memory of planning, from 100 to 10,000 recordings.

    .venv/bin/python -m bench.speed.planning > bench/results/planning.md

Each corpus has short generated recordings and the system `best`. After a dry run of everything, empty files take the place
of all results, and `--touch --forceall` makes Snakemake record each of them, which takes minutes. Two more dry runs
follow: one that finds nothing to do, and one after a recording was added.
"""

import argparse
import os
import re
import shutil
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import yaml

from bench.page import ROOT, print_heading, print_table
from bench.snakemake_run import Run, job_counts, snakemake
from diarflow.planning.declared_outputs import FEWEST_RECORDINGS
from diarflow.planning.requirements import BACKENDS
from diarflow.planning.rule_variants import RULE_BLOCKS

TEXT = """
System `best`, `--workflow-profile profiles/large`. CPU-seconds (user and system time) and peak MB of a dry run of
everything, of a dry run that finds nothing to do, and of a dry run after one recording was added, with its jobs.
*on a cluster*: jobs that `profiles/slurm` submits. *records*: size of `.snakemake/metadata`. From {fewest:,} recordings on, plans are compact.
Reading an empty Snakefile takes {empty:.2f} CPU-s; reading this workflow's takes {more:.2f} CPU-s more.
"""
MOST_LINKS = 50_000  # of one file; a file system may allow 65,000
COLUMNS = [
    "recordings", "batch size", "jobs", "on a cluster", "dry run, CPU-s", "MB", "nothing to do, CPU-s", "MB",
    "one added, CPU-s", "jobs", "records, MB",
]  # fmt: skip


def write_corpus(folder: Path, count: int) -> None:
    """Write a table of `count` recordings of 0.1 s, their audio, one reference file and the settings."""
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    names = [f"r{number:05d}" for number in range(count)]
    for number, name in enumerate(names):
        linked = folder / f"linked-{number // MOST_LINKS}.wav"
        if not linked.exists():
            soundfile.write(linked, np.zeros(1600, np.int16), 16_000)
        if not (folder / f"audio/{name}.wav").exists():
            os.link(linked, folder / f"audio/{name}.wav")
    lines = [f"SPEAKER {name} 1 0 0.1 <NA> <NA> one <NA> <NA>\n" for name in names]
    (folder / "all.rttm").write_text("".join(lines))
    rows = [f"{name}\taudio/{name}.wav\tall.rttm\n" for name in names]
    (folder / "table.tsv").write_text("recording\taudio\treference\n" + "".join(rows))
    corpus = {"name": "c", "recordings": "table.tsv", "systems": ["best"]}
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": [corpus]}))


def plan(folder: Path, size: int, *arguments: str, snakefile: Path = ROOT / "Snakefile") -> Run:
    """Run Snakemake on the corpus of the folder, with the profile for large corpora."""
    large = ("--cores", "2", "--workflow-profile", ROOT / "profiles/large")
    settings = ("--config", f"batch_size={size}", "--configfile", "my.yaml")
    # --configfile takes all words after it
    return snakemake(folder, *large, *arguments, *settings, snakefile=snakefile)


def jobs_on_cluster(jobs: dict[str, int]) -> int:
    """Return the number of jobs that are not local. The variants of `best` have the names of their backends."""
    local = local_rules() | {"all", "total"}
    count = 0
    for name, number in jobs.items():
        rule, _, variants = name.partition("-")
        if rule in local:
            continue
        block = RULE_BLOCKS.get(rule)
        variant = re.sub(r"-\d+-of-\d+$", "", variants).split(".")[-1]
        reads_audio = (
            block not in ("speech", "changes", "overlap") or BACKENDS[block][variant].reads_audio
        )
        count += number * reads_audio
    return count


def local_rules() -> set[str]:
    """Return the rules over batches that declare `localrule: True`."""
    text = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    _, *parts = re.split(r'^for batch in batches\("(\w+)".*$', text, flags=re.M)
    return {
        rule
        for rule, body in zip(parts[::2], parts[1::2], strict=True)
        if "\n        localrule: True" in body
    }


def write_empty_results(folder: Path, output: str) -> None:
    """Write an empty file for each result that a dry run lists."""
    folders = set()
    for line in re.findall(r"^    output: (.*)$", output, flags=re.M):
        for path in (folder / name for name in line.split(", ")):
            if path.suffix:
                if path.parent not in folders:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    folders.add(path.parent)
                path.touch()
            else:
                path.mkdir(parents=True, exist_ok=True)


def forget_records(folder: Path) -> None:
    """Remove the records of results, so that the empty files are not compared with them."""
    shutil.rmtree(folder / "results" / "records", ignore_errors=True)


def record_results(folder: Path, size: int) -> None:
    """Record the empty files as results of the present settings and rows, as their jobs would."""
    (folder / "record.smk").write_text(RECORDING.format(snakefile=ROOT / "Snakefile"))
    plan(folder, size, "--dry-run", "--quiet", "all", snakefile=folder / "record.smk")


# A compact plan does not list all results. All get the time of the plan file, later than the sources.
RECORDING = """
import os
from pathlib import Path


def keep_origins():
    import atexit
    from diarflow.planning.file_states import file_state, scan_again
    from diarflow.planning.run_folder import RunFolder
    from diarflow.runs.result_records import ResultRecord, merge_records

    origins, changed = {{}}, RunFolder.changed

    def keep(folder, made_from, *first_output):
        origins.update(made_from)
        return changed(folder, made_from, *first_output)

    def write():
        time = os.stat("results/c/plan.jsonl").st_mtime
        for path in origins:
            if path.startswith("results/c/") and path.count("/") > 2:
                Path(path).touch()
                os.utime(path, (time, time))
        scan_again()
        states = {{path: file_state(path) for path in origins}}
        merge_records({{
            path: ResultRecord("", "", state.size, state.mtime_ns, "", origins[path])
            for path, state in states.items() if state
        }})

    RunFolder.changed = keep
    atexit.register(write)


keep_origins()


include: "{snakefile}"


workflow.default_target = "all"
"""


def measure(count: int, size: int) -> list[str]:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        write_corpus(folder, count)
        plan(
            folder, size, "--dry-run", "--quiet", "all"
        )  # warm-up, not measured: opens every audio file for the first time
        first = plan(folder, size, "--dry-run")
        jobs = job_counts(first.output)
        plan(folder, size, "retry", "--quiet", "all")  # a run without results writes the plan file
        write_empty_results(folder, first.output)
        forget_records(folder)
        plan(folder, size, "--touch", "--forceall", "--quiet", "all")
        record_results(folder, size)
        check = plan(folder, size, "--dry-run")
        assert "Nothing to be done" in check.output, check.output[-3000:]
        write_corpus(folder, count + 1)
        added = plan(folder, size, "--dry-run", "--quiet", "rules")
        metadata = [p for p in (folder / ".snakemake/metadata").rglob("*") if p.is_file()]
        least = jobs["total"] if count >= FEWEST_RECORDINGS else 17 * count
        assert len(metadata) >= least, len(metadata)
        records = sum(p.stat().st_size for p in metadata)
        return [
            f"{count:,}", str(size), f"{jobs['total']:,}", f"{jobs_on_cluster(jobs):,}", *costs(first), *costs(check),
            f"{added.cpu_seconds:.1f}", str(job_counts(added.output)["total"]), f"{records / 1e6:.0f}",
        ]  # fmt: skip


def costs(run: Run) -> tuple[str, str]:
    return f"{run.cpu_seconds:.1f}", f"{run.megabytes:.0f}"


def measure_reading(repeats: int = 5) -> tuple[float, float]:
    """Return the CPU-seconds to list the rules of an empty Snakefile and of this workflow: minima of several runs."""
    minima = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "Snakefile").write_text("rule all:\n    input: []\n")
        write_corpus(folder, 1)
        for snakefile in (folder / "Snakefile", ROOT / "Snakefile"):
            list_rules = partial(snakemake, folder, "--list", "--configfile", "my.yaml")
            runs = [list_rules(snakefile=snakefile) for _ in range(repeats)]
            minima.append(min(run.cpu_seconds for run in runs))
    return minima[0], minima[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, nargs="+", default=[100, 300, 1000, 3000, 10_000])
    parser.add_argument("--batch-size", type=int, default=100)
    options = parser.parse_args()
    empty, ours = measure_reading()
    print_heading(
        "Cost of planning", TEXT.format(empty=empty, more=ours - empty, fewest=FEWEST_RECORDINGS)
    )
    print_table(COLUMNS, (measure(count, options.batch_size) for count in options.recordings))


if __name__ == "__main__":
    main()
