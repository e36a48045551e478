"""der.csv as the report shows it: which figures there are, what each is called and how it is written."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

TEXT = ("corpus", "system", "recording", "protocol", "set_aside")
PROTOCOLS = ("full", "fair", "forgiving")


class Figure(NamedTuple):
    """A column of der.csv: its name there, on the page, and how many decimals it is written with."""

    column: str
    title: str
    decimals: int


FIGURES = (
    Figure("der", "DER, %", 2),
    Figure("der_mean", "mean of recordings, %", 2),
    Figure("der_median", "median, %", 2),
    Figure("missed_percent", "missed, %", 2),
    Figure("false_alarm_percent", "false alarm, %", 2),
    Figure("confusion_percent", "confusion, %", 2),
    Figure("missed", "missed, s", 3),
    Figure("false_alarm", "false alarm, s", 3),
    Figure("confusion", "confusion, s", 3),
    Figure("jer", "JER, %", 2),
    Figure("overlap_der", "DER in overlap, %", 2),
    Figure("overlap_reference_seconds", "speech in overlap, s", 3),
    Figure("vad_missed", "VAD missed, s", 3),
    Figure("vad_false_alarm", "VAD false alarm, s", 3),
    Figure("purity", "cluster purity, %", 2),
    Figure("coverage", "cluster coverage, %", 2),
    Figure("reference_seconds", "reference speech, s", 3),
    Figure("scored_seconds", "scored, s", 3),
    Figure("reference_speakers", "speakers: reference", 0),
    Figure("found_speakers", "speakers: found", 0),
    Figure("repairs", "repairs", 0),
)
_NUMBERS = {figure.column for figure in FIGURES} | {"recordings", "der_low", "der_high"}
OF_TOTALS = {"der_mean", "der_median"}  # say nothing of a single recording


def read_figures(path) -> pd.DataFrame:
    """The rows of der.csv: names as text, figures as numbers, empty ones as NaN.

    Columns that this table does not have are left out of the pages.
    """
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in rows.columns:
        if column in _NUMBERS:
            rows[column] = pd.to_numeric(rows[column])
    return rows.assign(speakers_given=rows["speakers_given"] == "True")


def shown(rows: pd.DataFrame, *, totals: bool = False) -> list[Figure]:
    """The figures that a table has, in the order of the page.

    >>> [figure.title for figure in shown(pd.DataFrame({"missed": [1.5], "der": [3.25]}))]
    ['DER, %', 'missed, s']
    """
    return [
        figure
        for figure in FIGURES
        if figure.column in rows.columns and (totals or figure.column not in OF_TOTALS)
    ]


def written(value: Any, decimals: int) -> str:
    """A figure as text; nothing where there is none.

    >>> written(30.5, 2), written(7.0, 0), written(float("nan"), 2)
    ('30.50', '7', '')
    """
    return "" if value is None or value != value else f"{value:.{decimals}f}"


def interval(row: Mapping[str, Any], low: str, high: str, decimals: int = 2) -> str:
    """An interval as text; nothing where it has no ends.

    >>> interval({"low": 1.0, "high": 2.5}, "low", "high")
    '1.00 to 2.50'
    """
    ends = [written(row.get(name), decimals) for name in (low, high)]
    return " to ".join(ends) if all(ends) else ""


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of plain Python values."""
    return rows.to_dict("records")


def columns(rows: pd.DataFrame, names: Iterable[str]) -> dict[str, list[Any]]:
    """Columns as lists that JSON can hold: None for what is missing.

    >>> columns(pd.DataFrame({"der": [1.5, float("nan")], "repairs": [0.0, 2.0]}), ["der", "repairs"])
    {'der': [1.5, None], 'repairs': [0, 2]}
    """
    return {name: [_plain(value) for value in rows[name].tolist()] for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value
    return value
