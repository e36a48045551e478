"""Cost of Snakemake for different ways to form batches, with jobs that do no work.

    .venv/bin/python -m bench.speed.batches > bench/results/batches.md

1,000 recordings go through eight rules with the dependencies of the system `best`, in batches of 62. Each output file
contains its own name.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from bench.page import print_heading, print_table
from bench.snakemake_run import Run, job_counts, snakemake

TEXT = """
Eight rules with the dependencies of the system `best`; jobs do no work. CPU-seconds (user and system time, jobs
included), MB: peak memory of planning, records: MB of `.snakemake/metadata`, nothing to do: CPU-seconds of the check
after the run. Conclusion: [ADR 0001](../../docs/decisions/0001-batches.md).
"""
# description: the kind of rules, and the inputs that a batch declares
WAYS = {
    "a job for each recording": ("single", "all"),
    "a rule for each batch, all inputs declared": ("batch", "all"),
    "a rule for each batch, one input of each kind declared": ("batch", "one"),
    "a wildcard {batch}, one marker file of each batch as output": ("marker", "one"),
}
RULES = """
import json, os
way, declared = json.loads(os.environ["WAY"])
count = int(os.environ["COUNT"])
recordings = [f"r{number}" for number in range(count)]
size = 1 if way == "single" else 62
batches = [recordings[start:start + size] for start in range(0, count, size)]
dependencies = {
    "audio": ["source"], "activations": ["audio"], "speech": ["audio", "activations"],
    "segments": ["speech", "activations"], "embeddings": ["audio", "segments", "activations"],
    "clusters": ["embeddings", "segments"],
    "turns": ["clusters", "embeddings", "segments", "activations"], "rttm": ["turns"],
}

def path(kind, recording):
    return f"source/{recording}" if kind == "source" else f"results/{kind}/v/{recording}"

def inputs(kinds, batch):
    members = batch if declared == "all" else batch[:1]
    return [path(kind, recording) for kind in kinds for recording in members]

rule all:
    input:
        [path("rttm", name) for name in (range(len(batches)) if way == "marker" else recordings)]

for kind, kinds in dependencies.items():
    if way == "single":
        rule:
            name: kind
            input: [path(k, "{recording}") for k in kinds]
            output: f"results/{kind}/{{variant}}/{{recording}}" if kind != "audio" else f"results/{kind}/v/{{recording}}"
            params: provenance="x" * 300
            shell: "echo {output} > {output}"
    elif way == "marker":
        rule:
            name: kind
            input: [path(k, "{batch}") if k != "source" else "source/r0" for k in kinds]
            output: f"results/{kind}/v/{{batch}}"
            params: provenance="x" * 300
            shell: "echo {output} > {output}"
    else:
        for number, batch in enumerate(batches):
            rule:
                name: f"{kind}-{number}"
                input: inputs(kinds, batch)
                output: [f"results/{kind}/{{variant}}/{recording}" for recording in batch]
                params: provenance="x" * 300
                shell: "for file in {output}; do echo $file > $file; done"
"""


def run(folder: Path, *arguments: str) -> Run:
    """Run the Snakefile of the folder."""
    greedy = ("--cores", "2", "--scheduler", "greedy")
    triggers = ("--rerun-triggers", "mtime", "params", "--max-checksum-file-size", "1GB")
    return snakemake(folder, *greedy, *triggers, *arguments, snakefile=folder / "Snakefile")


def measure(way: tuple[str, str], count: int) -> list[str]:
    """Return jobs, planning CPU-seconds and MB, run CPU-seconds, MB of records, check CPU-seconds."""
    os.environ |= {"WAY": json.dumps(way), "COUNT": str(count)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Snakefile").write_text(RULES)
        (folder / "source").mkdir()
        for number in range(count):
            (folder / f"source/r{number}").write_text(str(number))
        plan = run(folder, "--dry-run", "--quiet", "rules")
        full_run = run(folder, "--quiet", "all")
        records = sum(p.stat().st_size for p in (folder / ".snakemake/metadata").rglob("*"))
        check = run(folder, "--dry-run")
        assert "Nothing to be done" in check.output
    jobs = str(job_counts(plan.output)["total"])
    planning = (f"{plan.cpu_seconds:.1f}", f"{plan.megabytes:.0f}")
    return [
        jobs, *planning, f"{full_run.cpu_seconds:.0f}", f"{records / 1e6:.1f}", f"{check.cpu_seconds:.1f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, default=1000)
    count = parser.parse_args().recordings
    print_heading("Ways to form batches", f"{count:,} recordings. {TEXT.strip()}")
    columns = ["way", "jobs", "planning, CPU-s", "MB", "run, CPU-s", "records, MB", "nothing to do, CPU-s"]  # fmt: skip
    print_table(columns, ([text, *measure(way, count)] for text, way in WAYS.items()))


if __name__ == "__main__":
    main()
