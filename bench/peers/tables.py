"""Write the tables of a comparison: FOLDER/table.csv, FOLDER/comparisons.csv, and the page's tables to stdout.

    .venv/bin/python -m bench.peers.tables FOLDER SYSTEM=LABEL ...

Reads RTTM and cost.json in FOLDER/SYSTEM/CORPUS/. `table.csv` has a row for each system and recording.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from bench.page import print_table
from bench.peers.scoring import Costs, count_long_speakers, score_all
from diarflow.audio.prepared import duration
from diarflow.formats.uem import read_uem
from diarflow.scoring.names import ALL

OUR_PREFIX = "diarflow-"
COLUMNS = [
    "corpus", "system", "DER full", "missed", "false alarm", "confusion", "DER fair", "JER",
    "number correct", "of 1 s or more", "CPU-s/h", "s/h", "MB",
]  # fmt: skip
COMPARISON_COLUMNS = ["corpus", "system", "other", "recordings", "ratio of DER", "difference, points [95 %]"]  # fmt: skip


def read_costs(folder: Path, systems: dict[str, str], corpora: list[str]) -> Costs:
    return {
        (label, corpus): json.loads((folder / system / corpus / "cost.json").read_text())
        for system, label in systems.items()
        for corpus in corpora
    }


def recording_table(
    folder: Path, systems: dict[str, str], der: pd.DataFrame, costs: Costs
) -> pd.DataFrame:
    """Return a row for each system and recording: errors and numbers of speakers."""
    folders = {label: folder / system for system, label in systems.items()}
    ids = {recording for cost in costs.values() for recording in cost["recordings"]}
    full = der[(der["protocol"] == "full") & der["recording"].isin(ids)]
    fair = der[der["protocol"] == "fair"].set_index(["corpus", "system", "recording"])["der"]
    rows = []
    for row in full.itertuples():
        rttm = folders[row.system] / row.corpus / f"{row.recording}.rttm"
        reference = Path("results", row.corpus, "reference", f"{row.recording}.rttm")
        extent = read_uem(reference.with_suffix(".uem"))[row.recording]
        failed = costs[row.system, row.corpus]["recordings"][row.recording]
        rows.append({
            "system": row.system, "corpus": row.corpus, "recording": row.recording,
            "seconds": duration(f"results/{row.corpus}/audio/{row.recording}.wav"),
            "der": row.der, "missed": row.missed, "false_alarm": row.false_alarm, "confusion": row.confusion,
            "reference_seconds": row.reference_seconds, "jer": row.jer,
            "fair_der": fair[row.corpus, row.system, row.recording],
            "reference_speakers": row.reference_speakers, "hypothesis_speakers": row.hypothesis_speakers,
            "reference_speakers_1s": count_long_speakers(reference, extent),
            "hypothesis_speakers_1s": count_long_speakers(rttm, extent),
            "failed": failed or "",
        })  # fmt: skip
    return pd.DataFrame(rows)


def cost_cells(costs: list, recordings: pd.DataFrame) -> list[str]:
    """Return CPU-seconds and seconds for an hour of audio, and MB."""
    hours = recordings["seconds"].sum() / 3600
    numbers = (
        sum(cost["cpu_seconds"] for cost in costs) / hours,
        sum(cost["seconds"] for cost in costs) / hours,
        max(cost["peak_mb"] for cost in costs),
    )
    return [f"{number:.0f}" for number in numbers]


def error_cells(total: Any, fair_der: float, recordings: pd.DataFrame) -> list[str]:
    """Return the error rates of a system over some corpora, and the recordings with a correct number of speakers."""
    parts = (total.missed_percent, total.false_alarm_percent, total.confusion_percent)
    counts = [
        f"{(recordings[f'reference_speakers{s}'] == recordings[f'hypothesis_speakers{s}']).sum()}/{len(recordings)}"
        for s in ("", "_1s")
    ]  # fmt: skip
    rates = [f"{rate:.1f}" for rate in (*parts, fair_der, total.jer)]
    return [f"**{total.der:.1f}**", *rates, *counts]


def system_rows(
    der: pd.DataFrame, table: pd.DataFrame, costs: Costs, splits: dict[str, str | None]
) -> Iterator[list[str]]:
    """Yield a row for each system and each group of recordings: a corpus, or the total of a split."""
    totals = der[der["recording"] == ALL].set_index(["corpus", "protocol", "system"])
    for group in dict.fromkeys(totals.index.get_level_values("corpus")):
        corpora = corpora_of_group(group, splits)
        for label in dict.fromkeys(table["system"]):
            recordings = table[(table["system"] == label) & table["corpus"].isin(corpora)]
            fair_der = totals.loc[group, "fair", label].der
            errors = error_cells(totals.loc[group, "full", label], fair_der, recordings)
            costs_of_group = [costs[label, corpus] for corpus in corpora]
            yield [group, label, *errors, *cost_cells(costs_of_group, recordings)]


def corpora_of_group(group: str, splits: dict[str, str | None]) -> list[str]:
    """Return the corpora of a row: one, or all of a split for the names ALL, ALL dev, ...

    >>> corpora_of_group("ALL test", {"ami": "dev", "sim-2": "test", "sim-4": "test"})
    ['sim-2', 'sim-4']
    """
    if group in splits:
        return [group]
    split = group.removeprefix(ALL).strip()
    return [name for name, value in splits.items() if split in ("", value or "unmarked")]


def comparison_rows(comparisons: pd.DataFrame) -> Iterator[list[str]]:
    """Yield the comparisons of full DER with a system of ours, over all corpora if there are several."""
    full = comparisons[comparisons["protocol"] == "full"]
    over_all = full[full["corpus"].str.startswith(ALL)]
    for row in map(ours_first, (over_all if len(over_all) else full).itertuples()):
        if row.system.startswith(OUR_PREFIX):
            interval = f"[{row.difference_low:+.1f}, {row.difference_high:+.1f}]"
            ratio = f"{row.system_der / row.other_der:.2f}"
            difference = f"{row.difference:+.1f} {interval}"
            yield [row.corpus, row.system, row.other, str(row.recordings), ratio, difference]


def ours_first(row: Any) -> Any:
    """Swap the systems of a comparison if only the second one is ours."""
    if row.system.startswith(OUR_PREFIX) or not row.other.startswith(OUR_PREFIX):
        return row
    return row._replace(
        system=row.other, other=row.system, system_der=row.other_der, other_der=row.system_der,
        difference=-row.difference, difference_low=-row.difference_high, difference_high=-row.difference_low,
    )  # fmt: skip


def circumstances_of(label: str, costs: Costs) -> str:
    """Return a line with the versions, the dates and the load of the machine for a system."""
    measured = [cost for (name, _), cost in costs.items() if name == label]
    packages = dict.fromkeys(package for cost in measured for package in cost["versions"])
    used = {p: " and ".join(sorted({cost["versions"][p] for cost in measured})) for p in packages}
    versions = ", ".join(f"{package} {version}" for package, version in used.items())
    dates = ", ".join(sorted({cost["measured"] for cost in measured}))
    loads = [cost["load"] for cost in measured]
    return f"- {label}: {versions}; {dates}, load {min(loads):.0f} to {max(loads):.0f}"


def main(folder: Path, systems: dict[str, str]) -> None:
    splits = json.loads((folder / "splits.json").read_text())
    costs = read_costs(folder, systems, list(splits))
    der, comparisons = score_all(folder, systems, costs, splits)
    table = recording_table(folder, systems, der, costs)
    comparisons.to_csv(folder / "comparisons.csv", index=False)
    table.to_csv(folder / "table.csv", index=False)
    print_table(COLUMNS, system_rows(der, table, costs, splits))
    if rows := list(comparison_rows(comparisons)):
        print()
        print_table(COMPARISON_COLUMNS, rows)
    print("\nVersions, dates and load of the measurements:\n")
    for label in systems.values():
        print(circumstances_of(label, costs))


if __name__ == "__main__":
    main(Path(sys.argv[1]), dict(pair.split("=") for pair in sys.argv[2:]))
