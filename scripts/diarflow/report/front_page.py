"""Content of the front page: totals, comparisons, speaker counts, changes, failures and trainings."""

import json
import logging
from base64 import b64encode
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diarflow.artifacts.failures import Failure, of_calls, read_failures
from diarflow.report.headline import headlines, scopes
from diarflow.report.metrics import available_metrics, json_columns
from diarflow.report.oracle_analysis import (
    find_oracle_systems,
    oracle_differences,
    systems_with_oracles,
)
from diarflow.scoring.diarization import ERROR_KINDS
from diarflow.scoring.names import ALL, COMPLETED, PROTOCOLS

_PERCENT_COLUMNS = [f"{kind}_percent" for kind in ERROR_KINDS]


def front_page_tables(
    rows: pd.DataFrame, folder: Path, content: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the tables of the front page, from the rows of der.csv and from the CSV files in `folder`.

    A table whose file is missing is empty. Systems with an oracle stage are in `oracle_rows` only, and in
    `oracle_totals` and `oracle_systems` if they have no base.
    """
    totals = _select_totals(rows)
    counts = _read_csv(folder / "speaker_counts.csv", text=("corpus", "system"))
    comparisons = _read_csv(
        folder / "comparisons.csv", text=("corpus", "protocol", "system", "other")
    )
    with_oracles = systems_with_oracles(content)
    is_oracle = totals["system"].isin(with_oracles)
    splits = content.get("splits", {})
    single = rows[~rows["recording"].isin([ALL, COMPLETED])]
    return {
        "scopes": dict(scopes(single, splits)),
        "scored_corpora": single["corpus"].drop_duplicates().tolist(),
        "headlines": headlines(rows, comparisons, splits=splits, oracle_systems=with_oracles),
        "totals": _in_order(totals[~is_oracle]).to_dict("records"),
        "oracle_totals": _in_order(totals[is_oracle]).to_dict("records"),
        "total_metrics": available_metrics(rows, totals=True),
        "bars": _error_bars(_in_order(totals[~is_oracle])),
        "oracle_rows": list(oracle_differences(totals, find_oracle_systems(content), comparisons)),
        "comparisons": [
            row
            for row in comparisons
            if row["system"] not in with_oracles and row["other"] not in with_oracles
        ],
        "speaker_matrices": list(_speaker_matrices(counts)),
        "changes": [
            row
            for row in _read_csv(folder / "changes.csv", text=("corpus", "changes", "recording"))
            if row["recording"] == ALL
        ],
    }


def _select_totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows ALL of der.csv, and the rows COMPLETED that cover fewer recordings than ALL."""
    totals = rows[rows["recording"].isin([ALL, COMPLETED])]
    keys = ["corpus", "system", "protocol"]
    counts = totals[totals["recording"] == ALL].set_index(keys)["recordings"]
    kept = [
        row.recording == ALL or row.recordings != counts.get((row.corpus, row.system, row.protocol))
        for row in totals.itertuples()
    ]
    return totals[pd.Series(kept, index=totals.index, dtype=bool)]


def _in_order(totals: pd.DataFrame) -> pd.DataFrame:
    """Sort totals: those over several corpora first, then by corpus, protocol and DER. COMPLETED follows ALL."""
    keys = ["corpus", "system", "protocol"]
    der_of_all = totals[totals["recording"] == ALL].set_index(keys)["der"]
    corpora = list(dict.fromkeys(totals["corpus"]))
    order = [
        (
            not row.corpus.startswith(ALL),
            corpora.index(row.corpus),
            PROTOCOLS.index(row.protocol),
            np.nan_to_num(der_of_all.get((row.corpus, row.system, row.protocol)), nan=np.inf),
            row.system,
            row.recording != ALL,
        )
        for row in totals.itertuples()
    ]
    return totals.iloc[sorted(range(len(order)), key=order.__getitem__)]


def _read_csv(path: Path, *, text: tuple[str, ...]) -> list[dict[str, Any]]:
    """Read the rows of a table; none if the file is missing. The columns `text` are not parsed as numbers."""
    if not path.exists():
        return []
    rows = pd.read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=[""])
    return rows.to_dict("records")


def _error_bars(totals: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the errors in the rows ALL, in percent of the reference speech, as columns."""
    rows = totals[(totals["recording"] == ALL) & (totals["reference_seconds"] > 0)]
    if not set(_PERCENT_COLUMNS) <= set(rows.columns):
        speech = rows["reference_seconds"]
        rows = rows.assign(
            **{f"{kind}_percent": (100 * rows[kind] / speech).round(2) for kind in ERROR_KINDS}
        )
    return json_columns(rows, ["corpus", "system", "protocol", "der", *_PERCENT_COLUMNS])


def _speaker_matrices(counts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the matrix of speaker counts of each corpus and system, from the rows of speaker_counts.csv.

    `columns` are numbers of hypothesis speakers. Each of `rows` is a number of reference speakers with the numbers
    of recordings, one for each column.

    >>> counts = [{"corpus": "c", "system": "s", "reference_speakers": 2, "hypothesis_speakers": number,
    ...            "recordings": 3, "speakers_given": False} for number in (2, 4)]
    >>> [(m["columns"], m["rows"], m["largest"], m["given"]) for m in _speaker_matrices(counts)]
    [([2, 4], [(2, [3, 3])], 3, False)]
    """
    for corpus, system in dict.fromkeys((row["corpus"], row["system"]) for row in counts):
        selected = [row for row in counts if (row["corpus"], row["system"]) == (corpus, system)]
        reference, hypothesis = (
            sorted({int(row[f"{side}_speakers"]) for row in selected})
            for side in ("reference", "hypothesis")
        )
        cells: dict[tuple[int, int], int] = {}
        for row in selected:
            key = int(row["reference_speakers"]), int(row["hypothesis_speakers"])
            cells[key] = cells.get(key, 0) + int(row["recordings"])
        yield {
            "corpus": corpus,
            "system": system,
            "columns": hypothesis,
            "rows": [(n, [cells.get((n, m), 0) for m in hypothesis]) for n in reference],
            "largest": max(cells.values()),
            "given": any(str(row["speakers_given"]) == "True" for row in selected),
        }


def current_failures(content: Mapping[str, Any]) -> list[Failure]:
    """Read the failures of the recordings, rules and variants in the report."""
    has_reference: dict[str, dict[str, bool]] = {}
    for entry in content["recordings"]:
        ids = [entry["recording"], *entry.get("channels", ())]
        has_reference.setdefault(entry["corpus"], {}).update(dict.fromkeys(ids, entry["reference"]))
    calls = calls_of_channels(content)
    return [
        failure
        for corpus, variants in content["variants"].items()
        for failure in of_calls(
            read_failures(corpus, variants, has_reference.get(corpus, {})), calls.get(corpus, {})
        )
    ]


def calls_of_channels(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the id of the call of each channel, by corpus."""
    calls: dict[str, dict[str, str]] = {}
    for entry in content["recordings"]:
        recording, channels = entry["recording"], entry.get("channels", ())
        if recording not in channels:
            calls.setdefault(entry["corpus"], {}).update(dict.fromkeys(channels, recording))
    return calls


def training_summary(network: str, card_path: str) -> dict[str, str]:
    """Return a caption and the loss curve (PNG in base64) of a trained network, from its model card."""
    from diarflow.training.loss_curve import draw_losses

    picture = BytesIO()
    try:
        card = json.loads(Path(card_path).read_bytes())
        hours, last = card["hours"], card["history"][-1]
        caption = (
            f"{network}: {hours['training']:.1f} h of training data, {hours['validation']:.1f} h of validation data, "
            f"{last['updates']} updates in {last['seconds'] / 60:.0f} min"
        )
        draw_losses(picture, card["history"])
    except (ValueError, LookupError, TypeError) as error:
        logging.error("%s: no model card: %s", card_path, error)
        return {"caption": f"{network}: the model card {card_path} is damaged", "picture": ""}
    return {"caption": caption, "picture": b64encode(picture.getvalue()).decode()}
