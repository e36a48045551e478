"""What ways of working in batches cost Snakemake, on jobs that do nothing: `python bench/batches.py`.

1,000 recordings go through eight rules, as `best` has them, in 16 batches where there are batches. Files hold
their own name. Prints a row for each way: jobs, CPU-seconds and memory of planning all, CPU-seconds of
running it, the size of Snakemake's records, and CPU-seconds of finding that nothing is to be done.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from runs import Run, snakemake

# the way, and what is in a batch's rule
WAYS = {
    "a job for each recording": ("single", "all"),
    "a rule for each batch, all inputs named": ("batch", "all"),
    "a rule for each batch, one input of a kind named": ("batch", "one"),
    "a wildcard {batch}, a mark of each batch as output": ("mark", "one"),
}
RULES = """
import json, os
way, named = json.loads(os.environ["WAY"])
count = int(os.environ["COUNT"])
recordings = [f"r{number}" for number in range(count)]
size = 1 if way == "single" else 62
batches = [recordings[at:at + size] for at in range(0, count, size)]
reads = {
    "audio": ["source"], "activations": ["audio"], "speech": ["audio", "activations"],
    "segments": ["speech", "activations"], "embeddings": ["audio", "segments", "activations"],
    "clusters": ["embeddings", "segments"],
    "turns": ["clusters", "embeddings", "segments", "activations"], "rttm": ["turns"],
}

def path(kind, one):
    return f"source/{one}" if kind == "source" else f"results/{kind}/v/{one}"

def inputs(kinds, batch):
    return [path(kind, one) for kind in kinds for one in (batch if named == "all" else batch[:1])]

rule all:
    input:
        [path("rttm", one) for one in (range(len(batches)) if way == "mark" else recordings)]

for kind, kinds in reads.items():
    if way == "single":
        rule:
            name: kind
            input: [path(one, "{recording}") for one in kinds]
            output: f"results/{kind}/{{variant}}/{{recording}}" if kind != "audio" else f"results/{kind}/v/{{recording}}"
            params: job="x" * 300
            shell: "echo {output} > {output}"
    elif way == "mark":
        rule:
            name: kind
            input: [path(one, "{batch}") if one != "source" else "source/r0" for one in kinds]
            output: f"results/{kind}/v/{{batch}}"
            params: job="x" * 300
            shell: "echo {output} > {output}"
    else:
        for number, batch in enumerate(batches):
            rule:
                name: f"{kind}-{number}"
                input: inputs(kinds, batch)
                output: [f"results/{kind}/{{variant}}/{one}" for one in batch]
                params: job="x" * 300
                shell: "for file in {output}; do echo $file > $file; done"
"""


def run(folder: Path, *arguments: str) -> Run:
    """Have Snakemake work with the rules of the folder's own Snakefile."""
    greedy = ("--cores", "2", "--scheduler", "greedy")
    triggers = ("--rerun-triggers", "mtime", "params", "--max-checksum-file-size", "1GB")
    return snakemake(folder, *greedy, *triggers, *arguments, snakefile=folder / "Snakefile")


def measured(way: tuple[str, str], count: int) -> list[str]:
    """The numbers of one way: as the table's columns."""
    os.environ |= {"WAY": json.dumps(way), "COUNT": str(count)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Snakefile").write_text(RULES)
        (folder / "source").mkdir()
        for number in range(count):
            (folder / f"source/r{number}").write_text(str(number))
        planned = run(folder, "--dry-run", "--quiet", "rules")
        lines = planned.said.splitlines()
        jobs = next(line.split()[1] for line in lines if line.startswith("total"))
        ran = run(folder, "--quiet", "all")
        records = sum(p.stat().st_size for p in (folder / ".snakemake/metadata").rglob("*"))
        again = run(folder, "--dry-run")
        assert "Nothing to be done" in again.said
    numbers = (f"{planned.cpu_seconds:.1f}", f"{planned.megabytes:.0f}", f"{ran.cpu_seconds:.0f}")
    return [jobs, *numbers, f"{records / 1e6:.1f}", f"{again.cpu_seconds:.1f}"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, default=1000)
    count = parser.parse_args().recordings
    print("| way | jobs | planning | memory | running | records | nothing to do |")
    print("|---|---|---|---|---|---|---|")
    for said, way in WAYS.items():
        print(f"| {said} | {' | '.join(measured(way, count))} |", flush=True)
