"""Metrics of der.csv as the report shows them: titles, order, and conversion to text and JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd


class Metric(NamedTuple):
    """A column of der.csv, its title on the pages, and the number of decimals."""

    column: str
    title: str
    decimals: int


METRICS = (
    Metric("der", "DER, %", 2),
    Metric("der_mean", "mean DER of recordings, %", 2),
    Metric("der_median", "median DER of recordings, %", 2),
    Metric("missed_percent", "missed speech, %", 2),
    Metric("false_alarm_percent", "false alarm, %", 2),
    Metric("confusion_percent", "confusion, %", 2),
    Metric("missed", "missed speech, s", 3),
    Metric("false_alarm", "false alarm, s", 3),
    Metric("confusion", "confusion, s", 3),
    Metric("jer", "JER, %", 2),
    Metric("overlap_der", "DER in overlap, %", 2),
    Metric("overlap_reference_seconds", "reference speech in overlap, s", 3),
    Metric("vad_missed", "VAD: missed, s", 3),
    Metric("vad_false_alarm", "VAD: false alarm, s", 3),
    Metric("purity", "cluster purity, %", 2),
    Metric("coverage", "cluster coverage, %", 2),
    Metric("reference_seconds", "reference speech, s", 3),
    Metric("scored_seconds", "scored time, s", 3),
    Metric("reference_speakers", "reference speakers", 0),
    Metric("hypothesis_speakers", "hypothesis speakers", 0),
    Metric("repairs", "repairs of the reference", 0),
)
_NUMERIC = {metric.column for metric in METRICS} | {"recordings", "der_low", "der_high"}
_TOTALS_ONLY = {"der_mean", "der_median"}  # empty for single recordings


def read_der(path) -> pd.DataFrame:
    """Read der.csv: names as text, metrics as numbers, empty cells as NaN."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in rows.columns:
        if column in _NUMERIC:
            rows[column] = pd.to_numeric(rows[column])
    return rows.assign(speakers_given=rows["speakers_given"] == "True")


def available_metrics(rows: pd.DataFrame, *, totals: bool = False) -> list[Metric]:
    """Return the metrics that are columns of a table, in the order of the pages.

    `totals` includes the metrics that exist for totals only.

    >>> [metric.title for metric in available_metrics(pd.DataFrame({"missed": [1.5], "der": [3.25]}))]
    ['DER, %', 'missed speech, s']
    """
    return [
        metric
        for metric in METRICS
        if metric.column in rows.columns and (totals or metric.column not in _TOTALS_ONLY)
    ]


def format_number(value: Any, decimals: int) -> str:
    """Format a number; "" for None and NaN.

    >>> format_number(30.5, 2), format_number(7.0, 0), format_number(float("nan"), 2)
    ('30.50', '7', '')
    """
    return "" if value is None or value != value else f"{value:.{decimals}f}"


def format_interval(row: Mapping[str, Any], low: str, high: str, decimals: int = 2) -> str:
    """Format the interval between two columns of a row; "" if one of them is empty.

    >>> format_interval({"low": 1.0, "high": 2.5}, "low", "high")
    '1.00 to 2.50'
    """
    ends = [format_number(row.get(name), decimals) for name in (low, high)]
    return " to ".join(ends) if all(ends) else ""


def json_columns(rows: pd.DataFrame, names: Iterable[str]) -> dict[str, list[Any]]:
    """Return columns as lists of JSON values: None for NaN, integers for whole numbers.

    >>> json_columns(pd.DataFrame({"der": [1.5, float("nan")], "repairs": [0.0, 2.0]}), ["der", "repairs"])
    {'der': [1.5, None], 'repairs': [0, 2]}
    """
    return {name: [json_value(value) for value in rows[name].tolist()] for name in names}


def json_value(value: Any) -> Any:
    """Return a value of a table as a JSON value: None for NaN, an integer for a whole number."""
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value
    return value
