"""Comparison of the scores with those of an earlier run, the baseline."""

import logging
from collections.abc import Iterator
from typing import Any

import pandas as pd

from diarflow.errors import InputError
from diarflow.report.metrics import json_value
from diarflow.scoring.comparisons import compare_pair
from diarflow.scoring.diarization import ERROR_KINDS
from diarflow.scoring.names import PROTOCOLS
from diarflow.scoring.totals import read_csv, select_recordings

_KEYS = ["corpus", "recording"]
_CHANGED = 10  # recordings with the largest change that are shown
_NOTABLE = 0.0005  # seconds; scores are rounded to the millisecond


def compare_with_baseline(rows: pd.DataFrame, path: str) -> dict[str, Any]:
    """Compare rows of der.csv with the der.csv of an earlier run at `path`.

    Returns `path`, `problem` (text; the table cannot be read), `rows` (a row for each corpus, system and protocol of
    both runs) and `recordings` (those whose error changed most, under protocol full).
    """
    result: dict[str, Any] = {"path": path, "problem": "", "rows": [], "recordings": []}
    try:
        before = select_recordings([read_csv(path)])
    except (InputError, OSError, ValueError, KeyError) as error:
        logging.error("baseline %s: %s", path, error)
        return result | {"problem": f"{path}: cannot be read as der.csv: {error}"}
    now = select_recordings([rows])
    result["rows"] = list(_compare(now, before))
    result["recordings"] = _changed_recordings(now, before)
    return result


def _compare(now: pd.DataFrame, before: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the DER before and now on the recordings of both runs, and the difference with its interval."""
    groups = ["corpus", "system", "protocol"]
    earlier = dict(iter(before.groupby(groups, sort=False)))
    for key, group in now.groupby(groups, sort=False):
        if key not in earlier:
            continue
        pair = (group.set_index(_KEYS), earlier[key].set_index(_KEYS))
        compared = compare_pair(*pair)
        if compared is None:
            continue
        recordings, der, before_der, difference, low, high = compared
        shown = {
            "recordings": recordings,
            "added": len(pair[0]) - recordings,
            "removed": len(pair[1]) - recordings,
        }
        numbers = {
            "before": before_der, "der": der, "difference": difference, "difference_low": low,
            "difference_high": high,
        }  # fmt: skip
        rounded = {name: json_value(round(float(value), 2)) for name, value in numbers.items()}
        yield dict(zip(groups, key, strict=True)) | shown | rounded


def _changed_recordings(now: pd.DataFrame, before: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the recordings and systems whose seconds of error changed most, the largest change first."""
    keys = ["corpus", "system", "recording"]
    tables = [
        table[table["protocol"] == PROTOCOLS[0]].assign(error=table[list(ERROR_KINDS)].sum(axis=1))
        for table in (now, before)
    ]
    both = tables[0][[*keys, "error"]].merge(
        tables[1][[*keys, "error"]], on=keys, suffixes=("", "_before")
    )
    both["change"] = both["error"] - both["error_before"]
    both = both[both["change"].abs() > _NOTABLE]
    order = both["change"].abs().sort_values(ascending=False, kind="stable").index[:_CHANGED]
    return both.loc[order].round(3).to_dict("records")
