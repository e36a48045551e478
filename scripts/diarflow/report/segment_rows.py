"""Rows of the front page that come from the turns: talk statistics of the recordings, and the worst segments."""

from collections.abc import Mapping, Sequence
from typing import Any

from diarflow.report.page_summary import MAX_ERRORS
from diarflow.report.recording_rows import Key
from diarflow.report.unusual_recordings import quantities, unusual


def talk_columns(
    recordings: Sequence[Mapping[str, Any]],
    summaries: Mapping[Key, Mapping[str, Any]],
    system: str,
) -> dict[str, list[Any]]:
    """Return the talk statistics of a system as columns; those of recordings without results are null.

    Columns: `index` (place in the list of recordings), those of `talk_row`, `unusual` (robust standard deviations from
    the median of the corpus) and `unusual_because` (the quantity).
    """
    names = (
        "duration", "speech", "overlap", "silence", "turns_per_minute", "monologue", "speakers", "failed_rule",
    )  # fmt: skip
    columns: dict[str, list[Any]] = {
        name: [] for name in ("index", *names, "unusual", "unusual_because")
    }
    rows: dict[str, list[int]] = {}  # places in the columns, by corpus
    for index, entry in enumerate(recordings):
        if system not in entry["systems"]:
            continue
        summary = summaries.get((entry["corpus"], entry["recording"]), {})
        talk = summary.get("talk", {}).get(system, {})
        if talk and not talk["failed_rule"]:
            rows.setdefault(entry["corpus"], []).append(len(columns["index"]))
        columns["index"].append(index)
        for name in names:
            columns[name].append(talk.get(name))
        columns["unusual"].append(None)
        columns["unusual_because"].append("")
    for places in rows.values():
        values = [quantities({name: columns[name][place] for name in names}) for place in places]
        for place, (score, quantity) in zip(places, unusual(values), strict=True):
            columns["unusual"][place], columns["unusual_because"][place] = score, quantity
    return columns


def worst_segments(
    recordings: Sequence[Mapping[str, Any]],
    summaries: Mapping[Key, Mapping[str, Any]],
    system: str,
) -> dict[str, list[list[float]]]:
    """Return the errors with the most speaker time of each corpus, at most MAX_ERRORS, by corpus.

    A row contains the place in the list of recordings, start, end, kind (place in ERROR_KINDS) and number of speakers.
    """
    by_corpus: dict[str, list[list[float]]] = {}
    for index, entry in enumerate(recordings):
        summary = summaries.get((entry["corpus"], entry["recording"]), {})
        rows = by_corpus.setdefault(entry["corpus"], [])
        rows += [[index, *row] for row in summary.get("errors", {}).get(system, ())]
    return {
        corpus: sorted(rows, key=lambda row: (-(row[2] - row[1]) * row[4], row))[:MAX_ERRORS]
        for corpus, rows in by_corpus.items()
    }
