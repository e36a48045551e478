"""Tables of `tables.html`, which need no JavaScript: failures, and the DER of each recording and system."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from diarflow.artifacts.failures import Failure
from diarflow.report.recording_pages import failure_row
from diarflow.scoring.names import ALL, COMPLETED, PROTOCOLS


def plain_tables(
    rows: pd.DataFrame, folder: Path, content: Mapping[str, Any], failures: Iterable[Failure]
) -> dict[str, Any]:
    """Return the failures and the recordings, with links relative to `folder`, the folder of the report.

    `rows` are those of der.csv.
    """
    systems = list(content["systems"])
    return {
        "failures": [failure_row(failure, folder / "tables.html") for failure in failures],
        "recordings": recording_rows(rows, content["recordings"], systems),
        "systems": systems,
    }


def recording_rows(
    rows: pd.DataFrame, recordings: Iterable[Mapping[str, Any]], systems: Iterable[str]
) -> list[dict[str, Any]]:
    """Return a row for each recording, with its DER by `systems` under the first protocol.

    The DER is None without a reference, and for systems that did not process the recording.

    >>> recordings = [{"corpus": "ami", "recording": "IS 1", "title": "IS 1"}]
    >>> no_rows = pd.DataFrame(columns=["corpus", "recording", "protocol"])
    >>> recording_rows(no_rows, recordings, ["best"])[0]["url"]
    'recordings/ami/IS%201.html'
    """
    single = rows[~rows["recording"].isin([ALL, COMPLETED]) & (rows["protocol"] == PROTOCOLS[0])]
    scores: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in single.to_dict("records"):
        scores.setdefault((row["corpus"], row["recording"]), {})[row["system"]] = row
    table = []
    for entry in recordings:
        corpus, recording = entry["corpus"], entry["recording"]
        by_system = scores.get((corpus, recording), {})
        speakers = next((row["reference_speakers"] for row in by_system.values()), None)
        rules = (row["failed_rule"] for row in by_system.values())
        table.append({
            "corpus": corpus, "title": entry["title"], "speakers": speakers,
            "url": f"recordings/{quote(corpus)}/{quote(recording)}.html",
            "failed_rules": list(dict.fromkeys(filter(None, rules))),
            "der": [by_system[name]["der"] if name in by_system else None for name in systems],
        })  # fmt: skip
    return table
