"""What the front page shows, out of the tables of the report."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.artifacts.failures import Failure, read_failures
from diarflow.report.metrics import PROTOCOLS, columns, records, shown
from diarflow.report.oracle_analysis import perfect_stages, stage_costs
from diarflow.scoring.names import ALL, COMPLETED

_ERRORS = ("missed", "false_alarm", "confusion")
_SHARES = [f"{name}_percent" for name in _ERRORS]


def totals_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows ALL, and rows COMPLETED where these are of fewer recordings."""
    found = rows[rows["recording"].isin([ALL, COMPLETED])]
    keys = ["corpus", "system", "protocol"]
    whole = found[found["recording"] == ALL].set_index(keys)["recordings"]
    told = [
        row.recording == ALL or row.recordings != whole.get((row.corpus, row.system, row.protocol))
        for row in found.itertuples()
    ]
    return found[pd.Series(told, index=found.index, dtype=bool)]


def front(rows: pd.DataFrame, tables: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of the front page needs of der.csv, and of the tables beside it where they are."""
    totals = totals_of(rows)
    counts = _read(tables / "speaker_counts.csv", text=("corpus", "system"))
    return {
        "totals": records(totals),
        "total_figures": shown(rows, totals=True),
        "bars": bars(totals),
        "stage_costs": list(stage_costs(totals, perfect_stages(content))),
        "comparisons": _read(
            tables / "comparisons.csv", text=("corpus", "protocol", "system", "other")
        ),
        "matrices": list(matrices(counts)),
        "changes": [
            row
            for row in _read(tables / "changes.csv", text=("corpus", "changes", "recording"))
            if row["recording"] == ALL
        ],
    }


def _read(path: Path, *, text: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a table; none where it is not there."""
    if not path.exists():
        return []
    rows = pd.read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=[""])
    return records(rows)


def bars(totals: pd.DataFrame) -> dict[str, list[Any]]:
    """The errors of rows ALL in percent of the reference's speech."""
    rows = totals[(totals["recording"] == ALL) & (totals["reference_seconds"] > 0)]
    if not set(_SHARES) <= set(rows.columns):
        speech = rows["reference_seconds"]
        rows = rows.assign(
            **{f"{name}_percent": (100 * rows[name] / speech).round(2) for name in _ERRORS}
        )
    return columns(rows, ["corpus", "system", "protocol", "der", *_SHARES])


def matrices(counts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """For each corpus and system how many recordings have so many speakers, and were found to have so many.

    >>> rows = [{"corpus": "c", "system": "s", "reference_speakers": 2, "found_speakers": found,
    ...          "recordings": 3, "speakers_given": False} for found in (2, 4)]
    >>> [(one["found"], one["rows"], one["most"], one["given"]) for one in matrices(rows)]
    [([2, 4], [(2, [3, 3])], 3, False)]
    """
    for corpus, system in dict.fromkeys((row["corpus"], row["system"]) for row in counts):
        own = [row for row in counts if (row["corpus"], row["system"]) == (corpus, system)]
        said, found = (
            sorted({int(row[f"{side}_speakers"]) for row in own}) for side in ("reference", "found")
        )
        cells = {}
        for row in own:
            key = int(row["reference_speakers"]), int(row["found_speakers"])
            cells[key] = cells.get(key, 0) + int(row["recordings"])
        yield {
            "corpus": corpus,
            "system": system,
            "found": found,
            "rows": [(n, [cells.get((n, m), 0) for m in found]) for n in said],
            "most": max(cells.values()),
            "given": any(str(row["speakers_given"]) == "True" for row in own),
        }


def files_of(
    rows: pd.DataFrame, recordings: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    """Rows of recordings for each system and protocol: its file's name, the two, and the rows, worst first.

    Recordings that were not scored come last, with nothing but their names.
    """
    single = rows[~rows["recording"].isin([ALL, COMPLETED])]
    by_system: dict[str, list[tuple[str, str]]] = {}
    for one in recordings:
        for system in one["systems"]:
            by_system.setdefault(system, []).append((one["corpus"], one["recording"]))
    for number, (system, names) in enumerate(by_system.items()):
        all_names = pd.DataFrame(names, columns=["corpus", "recording"], dtype=str)
        for protocol in PROTOCOLS:
            own = single[(single["system"] == system) & (single["protocol"] == protocol)]
            own = all_names.merge(own, how="left", on=["corpus", "recording"])
            yield (
                f"{number}-{protocol}",
                system,
                protocol,
                own.sort_values("der", ascending=False, kind="stable", na_position="last"),
            )


def failures(content: Mapping[str, Any]) -> list[Failure]:
    """What the ledger says of the recordings of the report."""
    names: dict[str, dict[str, bool]] = {}
    for one in content["recordings"]:
        names.setdefault(one["corpus"], {})[one["recording"]] = one["reference"]
    return [
        failure
        for corpus, variants in content["variants"].items()
        for failure in read_failures(corpus, variants, names.get(corpus, {}))
    ]


def training(network: str, path: str) -> dict[str, str]:
    """What a network was trained on and how its loss fell, out of its card."""
    from diarflow.training.loss_curve import draw_losses

    card = json.loads(Path(path).read_text())
    picture = BytesIO()
    draw_losses(picture, card["history"])
    caption = (
        f"{network}: learnt from {card['hours']['training']:.1f} h, held out {card['hours']['validation']:.1f} h; "
        f"{card['history'][-1]['updates']} updates in {card['history'][-1]['seconds'] / 60:.0f} minutes"
    )
    return {"caption": caption, "picture": b64encode(picture.getvalue()).decode()}
