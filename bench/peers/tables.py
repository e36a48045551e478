"""The tables of a comparison: FOLDER/table.csv, a row for each system and recording, comparisons.csv, and Markdown on stdout.

    .venv/bin/python bench/peers/tables.py FOLDER SYSTEM=LABEL ...

Made of FOLDER/SYSTEM/CORPUS/: RTTM and cost.json.
"""

import datetime
import json
import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import pandas as pd
from scoring import long_speakers, score_all

from diarflow.audio.prepared import duration
from diarflow.formats.uem import read_uem
from diarflow.scoring.names import ALL

OURS = "diarflow-"
LEGEND = """
Percent; *number right*: recordings whose number of speakers was found, of all and of those who speak a second or more;
*CPU-s/h*, *s/h*: of the whole process for an hour of audio; *warm*: of the work alone; see peers/README.md. Differences are of
full DER, with the middle 95 % of paired bootstrap samples of recordings: below zero the first system is better.
"""


def costs_of(folder: Path, systems: dict[str, str], corpora: list[str]) -> dict:
    """What was measured, by label and corpus."""
    return {
        (label, corpus): json.loads((folder / system / corpus / "cost.json").read_text())
        for system, label in systems.items()
        for corpus in corpora
    }


def by_recording(
    folder: Path, systems: dict[str, str], der: pd.DataFrame, costs: dict
) -> pd.DataFrame:
    """A row for each system and recording."""
    places = {label: folder / system for system, label in systems.items()}
    rows = []
    full = der[(der["protocol"] == "full") & der["recording"].isin(_names(costs))]
    fair = der[der["protocol"] == "fair"].set_index(["corpus", "system", "recording"])["der"]
    for one in full.itertuples():
        rttm = places[one.system] / one.corpus / f"{one.recording}.rttm"
        reference = Path("results", one.corpus, "reference", f"{one.recording}.rttm")
        extent = read_uem(reference.with_suffix(".uem"))[one.recording]
        cost = costs[one.system, one.corpus]["recordings"]
        rows.append({
            "system": one.system, "corpus": one.corpus, "recording": one.recording,
            "seconds": duration(f"results/{one.corpus}/audio/{one.recording}.wav"),
            "der": one.der, "missed": one.missed, "false_alarm": one.false_alarm, "confusion": one.confusion,
            "reference_seconds": one.reference_seconds, "jer": one.jer,
            "fair_der": fair[one.corpus, one.system, one.recording],
            "speakers": one.reference_speakers, "speakers_1s": long_speakers(reference, extent),
            "found": one.found_speakers, "found_1s": long_speakers(rttm, extent),
            "cpu_seconds": cost[one.recording]["cpu_seconds"],
            "first": one.recording == next(iter(cost)),
            "failed": cost[one.recording].get("failed") or "",
        })  # fmt: skip
    return pd.DataFrame(rows)


def _names(costs: dict) -> set[str]:
    return {recording for cost in costs.values() for recording in cost["recordings"]}


def spent(costs: list[dict], rows: pd.DataFrame) -> list[str]:
    """CPU-seconds an audio hour of the whole process and of the work alone, seconds an hour, memory.

    The work leaves out the first recording of each corpus, at which libraries compile and load.
    """
    hours = rows["seconds"].sum() / 3600
    later = rows[~rows["first"]]
    work = (
        later["cpu_seconds"].sum() / later["seconds"].sum() * 3600 if len(later) else float("nan")
    )
    cold = sum(cost["cpu_seconds"] for cost in costs) / hours
    seconds = sum(cost["seconds"] for cost in costs) / hours
    return [
        f"{cold:.0f}",
        f"{work:.0f}",
        f"{seconds:.0f}",
        f"{max(c['peak_mb'] for c in costs):.0f}",
    ]


def shown(total, rows: pd.DataFrame, fair: float, costs: list[dict]) -> list[str]:
    """The cells of a system over some corpora."""
    right = (rows["speakers"] == rows["found"]).sum()
    right_1s = (rows["speakers_1s"] == rows["found_1s"]).sum()
    parts = (total.missed_percent, total.false_alarm_percent, total.confusion_percent)
    return [
        f"**{total.der:.1f}**", *(f"{part:.1f}" for part in parts), f"{fair:.1f}", f"{total.jer:.1f}",
        f"{right}/{len(rows)}", f"{right_1s}/{len(rows)}", *spent(costs, rows),
    ]  # fmt: skip


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def errors_and_costs(der: pd.DataFrame, table: pd.DataFrame, costs: dict, splits: dict) -> str:
    """A row for each group of recordings (corpora, and ALL of each split) and system."""
    totals = der[der["recording"] == ALL].set_index(["corpus", "protocol", "system"])
    rows = []
    for group in dict.fromkeys(totals.index.get_level_values("corpus")):
        members = members_of(group, splits)
        for label in dict.fromkeys(table["system"]):
            total = totals.loc[group, "full", label]
            own = table[(table["system"] == label) & table["corpus"].isin(members)]
            cost = [costs[label, corpus] for corpus in members]
            fair = totals.loc[group, "fair", label].der
            rows.append([group, label, *shown(total, own, fair, cost)])
    header = [
        "corpus", "system", "DER full", "missed", "false alarm", "confusion", "DER fair", "JER",
        "number right", "of 1 s or more", "CPU-s/h", "warm", "s/h", "MB",
    ]  # fmt: skip
    return markdown(header, rows)


def members_of(group: str, splits: dict[str, str | None]) -> list[str]:
    """The corpora that a row is about: one, or those of a split that diarflow calls ALL, ALL dev, ...

    >>> members_of("ALL test", {"ami": "dev", "sim-2": "test", "sim-4": "test"})
    ['sim-2', 'sim-4']
    """
    if group in splits:
        return [group]
    wanted = group.removeprefix(ALL).strip()
    return [name for name, split in splits.items() if wanted in ("", split or "unmarked")]


def comparisons(table: pd.DataFrame) -> str:
    """Each of our systems against each other one over all corpora: how full DERs compare, by a paired bootstrap."""
    full = table[table["protocol"] == "full"]
    over_all = full[full["corpus"].str.startswith(ALL)]
    rows = [
        [one.corpus, one.system, one.other, str(one.recordings), f"{one.system_der / one.other_der:.2f}",
         f"{one.difference:+.1f} [{one.difference_low:+.1f}, {one.difference_high:+.1f}]"]
        for one in map(ours_first, (over_all if len(over_all) else full).itertuples())
        if one.system.startswith(OURS)
    ]  # fmt: skip
    header = [
        "corpus",
        "system",
        "other",
        "recordings",
        "ratio of DER",
        "difference, points [95 %]",
    ]
    return markdown(header, rows) if rows else "No system of ours beside another one."


def ours_first(row):
    """A comparison the other way about, where only its second system is ours."""
    if row.system.startswith(OURS) or not row.other.startswith(OURS):
        return row
    return row._replace(
        system=row.other, other=row.system, system_der=row.other_der, other_der=row.system_der,
        difference=-row.difference, difference_low=-row.difference_high, difference_high=-row.difference_low,
    )  # fmt: skip


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    return f"{platform.platform()}, {model}, {os.cpu_count()} cores, each system on one of them"


def stamps(labels: list[str], costs: dict) -> str:
    """With which versions each system was measured, when, and how busy the machine was."""
    lines = []
    for label in labels:
        own = [cost for (name, _), cost in costs.items() if name == label]
        names = dict.fromkeys(name for cost in own for name in cost["versions"])
        used = {name: sorted({cost["versions"][name] for cost in own}) for name in names}
        versions = ", ".join(f"{name} {' and '.join(found)}" for name, found in used.items())
        days = ", ".join(sorted({cost["measured"] for cost in own}))
        loads = [cost["load"] for cost in own]
        lines.append(f"- {label}: {versions}; {days}, load {min(loads):.0f} to {max(loads):.0f}")
    return "\n".join(lines)


def main(folder: Path, systems: dict[str, str]) -> None:
    splits = json.loads((folder / "splits.json").read_text())
    costs = costs_of(folder, systems, list(splits))
    der, compared = score_all(folder, systems, costs, splits)
    table = by_recording(folder, systems, der, costs)
    compared.to_csv(folder / "comparisons.csv", index=False)
    table.drop(columns="first").to_csv(folder / "table.csv", index=False)
    print(f"{datetime.date.today()}, {machine()}.\n")
    print(errors_and_costs(der, table, costs, splits))
    print(LEGEND)
    print(comparisons(compared), end="\n\n")
    print(stamps(list(systems.values()), costs))


if __name__ == "__main__":
    main(Path(sys.argv[1]), dict(pair.split("=") for pair in sys.argv[2:]))
