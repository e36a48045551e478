"""Headline of the report: the best system, the margin to the next one, the main kind of error, and its place."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from diarflow.atomic import atomic_write
from diarflow.report.metrics import json_value
from diarflow.scoring.diarization import ERROR_KINDS
from diarflow.scoring.names import ALL, COMPLETED, PROTOCOLS, total_names

_PLACES = 3  # recordings with the most error


def headlines(
    rows: pd.DataFrame,
    comparisons: Sequence[Mapping[str, Any]],
    *,
    splits: Mapping[str, str | None],
    oracle_systems: Collection[str],
) -> list[dict[str, Any]]:
    """Return a headline for each scope and protocol, as JSON values.

    A scope is a total over corpora, or a corpus that belongs to none. `rows` are those of der.csv, and `comparisons`
    those of comparisons.csv. Systems with an oracle stage are left out.
    """
    real = rows[~rows["system"].isin(oracle_systems)]
    single = real[~real["recording"].isin([ALL, COMPLETED])]
    totals = real[(real["recording"] == ALL) & real["der"].notna()]
    return [
        headline(scope, protocol, systems, single[single["corpus"].isin(corpora)], comparisons)
        for scope, corpora in scopes(single, splits)
        for protocol in PROTOCOLS
        if len(systems := totals[(totals["corpus"] == scope) & (totals["protocol"] == protocol)])
    ]


def write_headlines(
    path, content: Sequence[Mapping[str, Any]], oracle_systems: Collection[str]
) -> None:
    """Write the headlines and the systems with an oracle as JSON, for the summary on the terminal and other programs."""
    document = {"headlines": content, "oracle_systems": sorted(oracle_systems)}
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def scopes(
    single: pd.DataFrame, splits: Mapping[str, str | None]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each total and its corpora. A corpus that belongs to no total is one of its own.

    >>> single = pd.DataFrame({"corpus": ["a", "b", "c"]})
    >>> list(scopes(single, {"a": "test", "b": "test", "c": "dev"}))
    [('ALL test', ['a', 'b']), ('c', ['c'])]
    """
    corpora = single["corpus"].drop_duplicates()
    for name, members in corpora.groupby(total_names(corpora, splits), sort=False):
        if len(members) > 1:
            yield str(name), members.tolist()
        else:
            yield members.iloc[0], members.tolist()


def headline(
    scope: str,
    protocol: str,
    systems: pd.DataFrame,
    single: pd.DataFrame,
    comparisons: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the headline of one scope and protocol.

    `systems` are the totals of the scope, a row for each system, and `single` the rows of its recordings. Only systems
    that were scored on the most recordings are compared: the others are `left_out`.
    """
    most = systems["recordings"].max()
    compared = systems[systems["recordings"] == most].sort_values("der", kind="stable")
    best = compared.iloc[0]
    runner_up = compared.iloc[1] if len(compared) > 1 else None
    own = single[(single["system"] == best["system"]) & (single["protocol"] == protocol)]
    errors = own.assign(error=own[list(ERROR_KINDS)].sum(axis=1))
    total = float(errors["error"].sum())
    kind = max(ERROR_KINDS, key=lambda name: best[name])
    return {
        "scope": scope,
        "protocol": protocol,
        "system": best["system"],
        **{name: json_value(best.get(name)) for name in ("der", "der_low", "der_high")},
        "recordings": int(most),
        "speakers_given": bool(best["speakers_given"]),
        "next": _margin(scope, protocol, best, runner_up, comparisons),
        "error_seconds": round(total, 3),
        "main_error": {"kind": kind, "share": _percent(best[kind], total)},
        "corpora": _places(errors, ["corpus"], total) if own["corpus"].nunique() > 1 else [],
        "places": _places(errors, ["corpus", "recording"], total),
        "left_out": systems.loc[systems["recordings"] < most, "system"].tolist(),
    }


def _margin(
    scope: str,
    protocol: str,
    best: pd.Series,
    runner_up: pd.Series | None,
    comparisons: Iterable[Mapping[str, Any]],
) -> dict[str, Any] | None:
    """Return how much lower the DER of the best system is than that of the next, with the interval and a verdict.

    `is_clear` is null if there is no interval, for example of a single recording.
    """
    if runner_up is None:
        return None
    margin: dict[str, Any] = {
        "system": runner_up["system"],
        "der": json_value(runner_up["der"]),
        "difference": round(float(runner_up["der"] - best["der"]), 2),
        "low": None,
        "high": None,
        "is_clear": None,
    }
    row = find_comparison(comparisons, scope, protocol, runner_up["system"], best["system"])
    if row and not pd.isna(row["difference_low"]):
        margin |= {
            "difference": row["difference"],
            "low": row["difference_low"],
            "high": row["difference_high"],
            "is_clear": bool(row["difference_low"] > 0),
        }
    return margin


def find_comparison(
    comparisons: Iterable[Mapping[str, Any]], corpus: str, protocol: str, system: str, other: str
) -> dict[str, Any] | None:
    """Return the difference of the DER of `system` minus that of `other`, with its interval; None if it is missing.

    >>> rows = [{"corpus": "c", "protocol": "full", "system": "a", "other": "b", "difference": -1.5,
    ...          "difference_low": -2.0, "difference_high": 0.5}]
    >>> find_comparison(rows, "c", "full", "b", "a")
    {'difference': 1.5, 'difference_low': -0.5, 'difference_high': 2.0}
    """
    columns = ("difference", "difference_low", "difference_high")
    for row in comparisons:
        if row["corpus"] != corpus or row["protocol"] != protocol:
            continue
        if (row["system"], row["other"]) == (system, other):
            return {column: row[column] for column in columns}
        if (row["system"], row["other"]) == (other, system):
            values = (-row["difference"], -row["difference_high"], -row["difference_low"])
            return dict(zip(columns, values, strict=True))
    return None


def _places(errors: pd.DataFrame, keys: list[str], total: float) -> list[dict[str, Any]]:
    """Return the corpora or recordings with the most error, their seconds, and their percent of all error."""
    seconds = errors.groupby(keys, sort=False)["error"].sum().sort_values(ascending=False)
    return [
        dict(zip(keys, place if isinstance(place, tuple) else (place,), strict=True))
        | {"seconds": round(float(value), 3), "share": _percent(value, total)}
        for place, value in seconds.head(_PLACES).items()
        if value > 0
    ]


def _percent(part: float, total: float) -> float:
    return round(float(100 * part / total), 1) if total else 0.0
