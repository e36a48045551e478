"""Rows of the front page's table of recordings: scores, and values that need no reference."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from diarflow.artifacts.failures import Failure
from diarflow.scoring.diarization import ERROR_KINDS
from diarflow.scoring.names import ALL, COMPLETED, PROTOCOLS
from diarflow.timeline.intervals import Seconds

Key = tuple[str, str]  # corpus and recording id
ERROR_COLUMNS = ("error_seconds", "error_share")
FACTS = (
    "corpus", "recording", "title", "duration", "audio", "problems", "failures", "reference",
)  # fmt: skip


class RecordingRows(NamedTuple):
    """Scores of the recordings of one system under one protocol; `name` is the name of their data file.

    `rows` has the columns of der.csv, and `index` (place in the list of recordings), `error_seconds` and `error_share`
    (percent of the error of all rows).
    """

    name: str
    system: str
    protocol: str
    rows: pd.DataFrame


def recording_rows(
    rows: pd.DataFrame, recordings: Iterable[Mapping[str, Any]]
) -> Iterator[RecordingRows]:
    """Yield the scores of the recordings for each system and protocol, the one with the most error first.

    Recordings without scores come last, and their metrics are empty.
    """
    single = rows[~rows["recording"].isin([ALL, COMPLETED])]
    by_system: dict[str, list[tuple[str, str, int]]] = {}
    for index, entry in enumerate(recordings):
        for system in entry["systems"]:
            by_system.setdefault(system, []).append((entry["corpus"], entry["recording"], index))
    for number, (system, keys) in enumerate(by_system.items()):
        all_recordings = pd.DataFrame(keys, columns=["corpus", "recording", "index"])
        for protocol in PROTOCOLS:
            scores = single[(single["system"] == system) & (single["protocol"] == protocol)]
            scores = all_recordings.merge(scores, how="left", on=["corpus", "recording"])
            scores = add_error(scores).sort_values(
                "error_seconds", ascending=False, kind="stable", na_position="last"
            )
            yield RecordingRows(f"{number}-{protocol}", system, protocol, scores)


def add_error(scores: pd.DataFrame) -> pd.DataFrame:
    """Add the columns `error_seconds` and `error_share`, the percent of the error of all rows.

    >>> add_error(pd.DataFrame({"missed": [1.0, 0.0], "false_alarm": [0.5, 0.5], "confusion": [0.0, 0.0]}))[
    ...     ["error_seconds", "error_share"]].values.tolist()
    [[1.5, 75.0], [0.5, 25.0]]
    """
    seconds = sum(scores[kind] for kind in ERROR_KINDS)
    total = seconds.sum()
    share = 100 * seconds / total if total > 0 else seconds * 0
    return scores.assign(error_seconds=seconds.round(3), error_share=share.round(2))


def recording_facts(
    recordings: Sequence[Mapping[str, Any]],
    summaries: Mapping[Key, Mapping[str, Any]],
    failures: Iterable[Failure],
) -> dict[str, list[Any]]:
    """Return the facts of all recordings that do not depend on the system, as columns.

    `failures` are pairs of rule and reason. `problems` are sentences about incomplete audio, dropped turns of the
    reference and missing references.
    """
    failures_of: dict[Key, list[tuple[str, str]]] = {}
    for failure in failures:
        rows = failures_of.setdefault((failure.corpus, failure.recording), [])
        rows.append((failure.rule, failure.reason))
    columns: dict[str, list[Any]] = {name: [] for name in FACTS}
    for entry in recordings:
        key = entry["corpus"], entry["recording"]
        summary = summaries.get(key, {})
        problems = [*summary.get("problems", ()), *([] if entry["reference"] else ["no reference"])]
        values = (
            *key, entry["title"], summary.get("duration"), summary.get("audio", ""), problems,
            list(dict.fromkeys(failures_of.get(key, ()))), entry["reference"],
        )  # fmt: skip
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    return columns


def durations_by_corpus(
    summaries: Mapping[Key, Mapping[str, Any]],
) -> dict[str, list[Seconds]]:
    """Return the durations of the prepared audio of each corpus.

    >>> durations_by_corpus({("c", "a"): {"duration": 2.5}, ("c", "b"): {"duration": None}})
    {'c': [2.5]}
    """
    durations: dict[str, list[Seconds]] = {}
    for (corpus, _), summary in summaries.items():
        if summary.get("duration"):
            durations.setdefault(corpus, []).append(summary["duration"])
    return durations


def systems_by_corpus(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the systems of each corpus.

    >>> systems_by_corpus({"recordings": [{"corpus": "c", "systems": ["ours", "theirs"]}]})
    {'c': ['ours', 'theirs']}
    """
    return {entry["corpus"]: list(entry["systems"]) for entry in content["recordings"]}
