"""What each stage of a system costs on recordings of so many minutes, one core, cold.

    .venv/bin/python bench/stages.py --systems best fast classic --minutes 1 10 > bench/stages.md

The recordings are simulated conversations of four people out of ../shared/data/speakers. A job's figures are those that
Snakemake's benchmark measured, Python's start and the model's loading included; the rest is Snakemake itself.
"""

import argparse
import datetime
import os
import platform
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from diarflow.report.times import costs  # noqa: E402


def corpus(minutes: float, count: int, systems: list[str]) -> dict:
    speakers = str((ROOT / ".." / "shared" / "data" / "speakers").resolve())
    made = {"speakers": speakers, "part": "test", "conversations": count, "seed": 61}
    length = {"duration": 60 * minutes, "min_speakers": 4, "max_speakers": 4}
    return {"name": "made", "simulate": made | length, "systems": systems, "split": "test"}


def run(folder: Path, *targets: str) -> float:
    """CPU-seconds of Snakemake and all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", *targets]
    command += ["--cores", "1", "--quiet", "all", "--directory", folder]
    command += ["--configfile", folder / "my.yaml"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run(list(map(str, command)), check=True, env=environment, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(after[:2]) - sum(before[:2])


def measure(folder: Path, system: str, minutes: float, count: int):
    """Rows (rule, variant, CPU-seconds, MB) of a system's rules, and CPU-seconds in all."""
    config = {"corpora": [corpus(minutes, count, [system])], "batch_size": count}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    run(folder, "audio")  # which makes the conversations
    for path in (folder / "benchmarks").rglob("*.tsv"):
        path.unlink()
    for path in (folder / "results/made/audio").glob("*.wav"):
        path.unlink()
    total = run(folder, "rttm")
    names = [f"made-{number:04d}" for number in range(count)]
    rows = []
    for one in costs("made", names, {}, folder / "benchmarks"):
        rows.append((one["rule"], one["variant"], one["cpu"], one["memory"]))
    return rows, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=["best", "fast"])
    parser.add_argument("--minutes", nargs="+", type=float, default=[10.0])
    parser.add_argument("--count", type=int, default=2, help="recordings of each length")
    asked = parser.parse_args()
    print("# What each stage costs\n")
    print(f"`bench/stages.py --systems {' '.join(asked.systems)} --minutes ", end="")
    print(f"{' '.join(f'{m:g}' for m in asked.minutes)}`, {datetime.date.today()}, ", end="")
    print(f"{platform.system()}, {platform.machine()}; {asked.count} recordings of each length, ")
    print("one batch, one core. CPU-s/h: CPU-seconds for an hour of audio.\n")
    print("| system | minutes | rule | variant | CPU-s/h | hours an hour | MB |")
    print("|---|---|---|---|---|---|---|")
    for system in asked.systems:
        for minutes in asked.minutes:
            with tempfile.TemporaryDirectory() as folder:
                rows, total = measure(Path(folder), system, minutes, asked.count)
            hours = minutes * asked.count / 60
            work = sum(cpu for *_, cpu, _ in rows)
            largest = max(memory for *_, memory in rows)
            rows.append(("all jobs", "", work, largest))
            rows.append(("with Snakemake", "", total, largest))
            for rule, variant, cpu, memory in rows:
                speed = 3600 * hours / cpu if cpu else float("inf")
                print(
                    f"| {system} | {minutes:g} | {rule} | {variant} | {cpu / hours:.1f} | ", end=""
                )
                print(f"{speed:.0f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
