"""Write docs/scale.md: what a corpus of a million recordings costs, from the measurements in bench/results.

.venv/bin/python -m docs.scale > docs/scale.md
"""

import re
from pathlib import Path

PAGES = Path(__file__).parents[1] / "bench/results"
RECORDINGS, MINUTES, SHARD = 1_000_000, 10, 10_000
BATCH = "100"  # size of the batches of planning.md
PRICE = 0.04  # for a core and an hour
TEXT = """# A million recordings

Written by `python -m docs.scale` from [stages.md](../bench/results/stages.md), [planning.md](../bench/results/planning.md), [planning_100000.md](../bench/results/planning_100000.md), [disk.md](../bench/results/disk.md) and [scale.md](../bench/results/scale.md).
It is an estimate: no corpus of this size has been processed.

{recordings:,} recordings of {minutes} minutes are {hours:,.0f} hours of audio, in {shards} shards of {shard:,} recordings (`shard: 3/{shards}`, [cluster.md](cluster.md#shards)).

| | `best` | `fast` |
|---|---|---|
| CPU-seconds for an hour of audio | {cpu_best:.0f} | {cpu_fast:.0f} |
| CPU-years | {years_best:.1f} | {years_fast:.1f} |
| days on 1,000 cores | {days_best:.1f} | {days_fast:.1f} |
| cost at {price} for a core and an hour | {cost_best:,.0f} | {cost_fast:,.0f} |
| jobs of Snakemake, in batches of at most {batch} recordings on average | {jobs:,.0f} | as `best` |

The times are those of the machine on which `stages.md` was measured; on another machine they change by one factor.

| `keep` | GB, with `best` |
|---|---|
| `all` | {disk_all:,.0f} |
| `all`, with `audio_format: flac` | {disk_flac:,.0f} |
| `results` | {disk_results:,.0f} |
| `rttm` | {disk_rttm:,.0f} |

With `keep: results` or `rttm`, a shard also needs room for the audio and the network output of the batches that are at work.

## Work of the workflow itself

| step | measured | for {recordings:,} recordings |
|---|---|---|
| planning, jobs and scores of imported RTTM | {shard_cpu:.0f} CPU-s for {shard_recordings:,} recordings, {shard_mb:.0f} MB | {total_shard_hours:.1f} CPU-hours, in shards |
| files in `results/`, `.snakemake/` and `logs/` (imported RTTM) | {shard_files:,} for {shard_recordings:,} recordings | {total_files:,.0f} million |
| `gather` with report | {gather_cpu:.0f} CPU-s for {gather_recordings:,} recordings, {gather_mb:.0f} MB | {total_gather_hours:.1f} CPU-hours, {total_gather_gb:.0f} GB of memory |
| `gather --tables` | {tables_cpu:.0f} CPU-s for {tables_recordings:,} recordings in shards of {shard:,}, {tables_gb:.1f} GB | {total_tables_minutes:.0f} CPU-minutes, {total_tables_gb:.1f} GB of memory |

## Limits

- `gather` plans all recordings in one process.
  Its memory grows with their number, so that a million recordings do not fit into the memory of one ordinary machine.
  `gather --tables` needs no plan, but makes no pages and links no speakers ([cluster.md](cluster.md#shards)).
  Reports with pages, and people, are then those of parts of the shards, in folders of their own (`--partial`).
- Each shard reads the whole table of recordings.
- A dry run of {plan_recordings:,} recordings in one plan takes {plan_cpu:.0f} CPU-seconds and {plan_gb:.1f} GB, and one that finds nothing to do {check_cpu:.0f} CPU-seconds and {check_gb:.1f} GB.
  Both grow with the number of recordings; in shards, each plan has the size of a shard.
"""


def rows(page: str) -> list[list[str]]:
    """Return the cells of all rows of a page's tables."""
    lines = (PAGES / page).read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]  # fmt: skip


def number(text: str) -> float:
    return float(re.sub(r"[,*]", "", text))


def cpu_seconds(system: str) -> float:
    """Return the CPU-seconds for an hour of audio in recordings of ten minutes."""
    return next(number(row[4]) for row in rows("stages.md") if row[:3] == [system, str(MINUTES), "all"])  # fmt: skip


def kilobytes(name: str) -> float:
    """Return the kB for an hour of audio that remain with `best`."""
    return next(number(row[1]) for row in rows("disk.md") if row[0] == f"**sum, {name}**")


def step(beginning: str) -> dict[str, float]:
    cells = next(row for row in rows("scale.md") if row[0].startswith(beginning))
    names = ("recordings", "cpu", "mb", "disk", "files")
    return {name: number(cell) for name, cell in zip(names, cells[1:], strict=True) if cell}


def jobs_per_recording() -> float:
    """Return the jobs of `best`, with scores and report, for a recording of a shard."""
    cells = next(row for row in rows("planning.md") if row[:2] == [f"{SHARD:,}", BATCH])
    return number(cells[2]) / SHARD


def main() -> None:
    hours, shards = RECORDINGS * MINUTES / 60, RECORDINGS // SHARD
    best, fast = cpu_seconds("best"), cpu_seconds("fast")
    shard, gather, tables = step("shard"), step("gather"), step("tables of")
    plan = rows("planning_100000.md")[2]
    years = {name: cpu * hours / 3600 / 24 / 365 for name, cpu in (("best", best), ("fast", fast))}
    gigabytes = {name: kilobytes(name) * hours / 1e6 for name in ("keep: all", "keep: all, FLAC", "keep: results", "keep: rttm")}  # fmt: skip
    factors = {part: RECORDINGS / cells["recordings"] for part, cells in (("shard", shard), ("gather", gather), ("tables", tables))}  # fmt: skip
    print(
        TEXT.format(
            recordings=RECORDINGS, minutes=MINUTES, hours=hours, shards=shards, shard=SHARD,
            cpu_best=best, cpu_fast=fast, years_best=years["best"], years_fast=years["fast"],
            days_best=years["best"] * 365 / 1000, days_fast=years["fast"] * 365 / 1000, price=PRICE,
            cost_best=years["best"] * 365 * 24 * PRICE, cost_fast=years["fast"] * 365 * 24 * PRICE,
            batch=BATCH, jobs=jobs_per_recording() * RECORDINGS,
            disk_all=gigabytes["keep: all"], disk_flac=gigabytes["keep: all, FLAC"],
            disk_results=gigabytes["keep: results"], disk_rttm=gigabytes["keep: rttm"],
            shard_cpu=shard["cpu"], shard_recordings=int(shard["recordings"]), shard_mb=shard["mb"],
            shard_files=int(shard["files"]), total_files=shard["files"] * factors["shard"] / 1e6,
            total_shard_hours=shard["cpu"] * factors["shard"] / 3600, gather_cpu=gather["cpu"],
            gather_recordings=int(gather["recordings"]), gather_mb=gather["mb"],
            total_gather_hours=gather["cpu"] * factors["gather"] / 3600,
            tables_cpu=tables["cpu"], tables_recordings=int(tables["recordings"]), tables_gb=tables["mb"] / 1000,
            total_tables_minutes=tables["cpu"] * factors["tables"] / 60,
            total_tables_gb=tables["mb"] * factors["tables"] / 1000,
            total_gather_gb=gather["mb"] * factors["gather"] / 1000, plan_recordings=int(number(plan[0])),
            plan_cpu=number(plan[4]), plan_gb=number(plan[5]) / 1000,
            check_cpu=number(plan[6]), check_gb=number(plan[7]) / 1000,
        ),
        end="",
    )  # fmt: skip


if __name__ == "__main__":
    main()
