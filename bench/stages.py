"""What each stage of a system costs on recordings of so many minutes, one core, cold.

    .venv/bin/python bench/stages.py --systems best --minutes 1 10 60 > bench/stages.md

The recordings are simulated conversations of four people out of ../shared/data/speakers, an hour of each length in one batch. A job's
figures are those that Snakemake's benchmark measured, which looks every half second or so and misses what comes last; *work* is what the
jobs' logs say that the recordings took, without starts and models.
"""

import argparse
import datetime
import platform
import sys
import tempfile
from pathlib import Path

import yaml
from runs import ROOT, snakemake

sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "bench" / "peers")]

from systems import TOOK  # noqa: E402

from diarflow.runs.benchmarks import costs  # noqa: E402


def corpus(minutes: float, count: int, systems: list[str]) -> dict:
    speakers = str((ROOT / ".." / "shared" / "data" / "speakers").resolve())
    made = {"speakers": speakers, "part": "test", "conversations": count, "seed": 61}
    length = {"duration": 60 * minutes, "min_speakers": 4, "max_speakers": 4}
    return {"name": "made", "simulate": made | length, "systems": systems, "split": "test"}


def run(folder: Path, *targets: str) -> float:
    """CPU-seconds of Snakemake and all that it starts."""
    quiet = ("--cores", "1", "--quiet", "all", "--configfile", "my.yaml")
    return snakemake(folder, *targets, *quiet).cpu_seconds


def measure(folder: Path, system: str, minutes: float, count: int):
    """Rows (rule, variant, CPU-seconds, MB) of a system's rules; CPU-seconds of the work, and in all."""
    config = {"corpora": [corpus(minutes, count, [system])], "batch_size": count}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    run(folder, "audio")  # which makes the conversations
    for path in (folder / "benchmarks").rglob("*.tsv"):
        path.unlink()
    for path in [*(folder / "logs").rglob("*.log"), *(folder / "results/made/audio").glob("*.wav")]:
        path.unlink()
    total = run(folder, "rttm")
    names = [f"made-{number:04d}" for number in range(count)]
    rows = []
    for one in costs("made", names, {}, folder / "benchmarks"):
        rows.append((one["rule"], one["variant"], one["cpu"], one["memory"]))
    logs = (path.read_text() for path in (folder / "logs").rglob("*.log"))
    work = sum(float(took) for log in logs for _, took in TOOK.findall(log))
    return rows, work, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--systems", nargs="+", default=["best", "fast"])
    parser.add_argument("--minutes", nargs="+", type=float, default=[10.0])
    parser.add_argument("--hours", type=float, default=1.0, help="of audio, of each length")
    asked = parser.parse_args()
    print("# What each stage costs\n")
    print(f"`bench/stages.py --systems {' '.join(asked.systems)} --minutes ", end="")
    print(f"{' '.join(f'{m:g}' for m in asked.minutes)}`, {datetime.date.today()}, ", end="")
    print(f"{platform.system()}, {platform.machine()}; {asked.hours:g} hours of each length, ")
    print("one batch, one core. CPU-s/h: CPU-seconds for an hour of audio; share: of all.\n")
    print("| system | minutes | rule | variant | CPU-s/h | hours an hour | share | MB |")
    print("|---|---|---|---|---|---|---|---|")
    for system in asked.systems:
        for minutes in asked.minutes:
            count = max(1, round(60 * asked.hours / minutes))
            with tempfile.TemporaryDirectory() as folder:
                rows, work, total = measure(Path(folder), system, minutes, count)
            hours = minutes * count / 60
            largest = max(memory for *_, memory in rows)
            rows.append(("work alone", "", work, largest))
            rows.append(("Snakemake, starts of Python, models", "", total - work, largest))
            rows.append(("all", "", total, largest))
            for rule, variant, cpu, memory in rows:
                print(
                    f"| {system} | {minutes:g} | {rule} | {variant} | {cpu / hours:.1f} | {3600 * hours / max(cpu, 1e-3):.0f} "
                    f"| {100 * cpu / total:.1f} % | {memory:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
