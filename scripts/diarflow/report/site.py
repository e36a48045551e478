"""Write the report: the front page, the pages of the recordings, and their data files."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.backends import MODELS
from diarflow.digests import digest, versions
from diarflow.planning.calls import CHANNELS, UNITS_OF_RULES
from diarflow.report.error_bars import draw_error_bars
from diarflow.report.front_page import (
    current_failures,
    front_page_tables,
    recording_rows,
    training_summary,
)
from diarflow.report.metrics import Metric, available_metrics, json_columns, read_der
from diarflow.report.plain_tables import plain_tables
from diarflow.report.recording_pages import failure_row, write_recording_pages
from diarflow.report.rendering import remove_other_data, write_assets, write_data, write_page
from diarflow.runs.usage import costs
from diarflow.timeline.intervals import Seconds

_MAX_FAILURES = 500  # failures in the table of the front page
_PACKAGES = (
    "snakemake", "pyannote-metrics", "scikit-learn", "onnxruntime", "librosa", "numpy", "plotly",
)  # fmt: skip


def write_site(folder, content: Mapping[str, Any], pages_provenance: str = "") -> None:
    """Write the report into `folder`, which contains der.csv and the other tables.

    `content` gives recordings, systems, variants and settings: see `diarflow.planning.report_content.report_content`.
    Pages of recordings are kept if their content and `pages_provenance` (code and libraries) are unchanged.
    """
    folder = Path(folder)
    rows = read_der(folder / "der.csv")
    failures = current_failures(content)
    write_assets(folder / "assets")
    durations, new_failures = write_recording_pages(
        folder / "recordings", rows, content, failures, pages_provenance
    )
    failures = list(dict.fromkeys([*failures, *new_failures]))
    common = front_page_tables(rows, folder, content) | {"collar": content["collar_each_side"]}
    draw_error_bars(folder / "errors.png", common["bars"])
    plain = common | plain_tables(rows, folder, content, failures)
    write_page(folder / "tables.html", "tables", plain)
    metrics = available_metrics(rows)
    front_page = common | {
        "metrics": metrics,
        "files": _write_recording_rows(folder / "data", rows, content, metrics),
        "corpora": list(content["variants"]),
        "recordings": len(content["recordings"]),
        "failures": [failure_row(row, folder / "index.html") for row in failures[:_MAX_FAILURES]],
        "more_failures": max(0, len(failures) - _MAX_FAILURES),
        "hours": {corpus: sum(seconds) / 3600 for corpus, seconds in durations.items()},
        "trainings": [training_summary(name, card) for name, card in content["cards"].items()],
        "stages": content["stages"],
        "systems": content["systems"],
        "settings": content["settings"],
        "versions": versions(*_PACKAGES),
        "digests": list(_digests(folder, content)),
    }
    write_page(folder / "index.html", "index", front_page)
    write_data(folder / "times.js", "times", list(_usage_rows(content, durations)))


def _write_recording_rows(
    folder: Path, rows: pd.DataFrame, content: Mapping[str, Any], metrics: Iterable[Metric]
) -> dict[str, dict[str, str]]:
    """Write the scores of the recordings, one file for each system and protocol; return the names of the files."""
    columns = ["corpus", "recording", *(metric.column for metric in metrics)]
    files: dict[str, dict[str, str]] = {}
    for name, system, protocol, scores in recording_rows(rows, content["recordings"]):
        data = json_columns(scores, [*columns, "failed_rule", "speakers_given"])
        write_data(folder / f"{name}.js", name, data)
        files.setdefault(system, {})[protocol] = name
    remove_other_data(folder, {name for names in files.values() for name in names.values()})
    return files


def _digests(folder: Path, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of der.csv, and of the references, hypotheses and models behind it."""
    yield "der.csv", digest(folder / "der.csv")
    for corpus in content["variants"]:
        results = Path("results", corpus)
        entries = [entry for entry in content["recordings"] if entry["corpus"] == corpus]
        references = [
            results / "reference" / f"{id}{suffix}"
            for entry in entries
            if entry["reference"]
            for id in entry.get("channels") or [entry["recording"]]
            for suffix in (".rttm", ".uem")
        ]
        yield f"{corpus}: references and scored extents", _joint_digest(references)
        for system in dict.fromkeys(system for entry in entries for system in entry["systems"]):
            hypotheses = [
                results / "rttm" / system / f"{entry['recording']}.rttm" for entry in entries
            ]
            yield f"{corpus}: RTTM of {system}", _joint_digest(hypotheses)
    for stage, variants in content["settings"].items():
        for name, variant in variants.items():
            model = variant.get("model", "")
            for path in (Path(model), MODELS / model):
                if model and path.is_file():
                    yield f"{stage} {name}: {model}", digest(path)
                    break


def _joint_digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the names and contents of several files. Missing files are skipped."""
    joint = hashlib.sha256()
    for path in paths:
        if path.is_file():
            joint.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return joint.hexdigest()


def _usage_rows(
    content: Mapping[str, Any], durations: Mapping[str, list[Seconds]]
) -> Iterator[dict[str, Any]]:
    """Yield the usage of each rule and variant, with the seconds per hour of audio and the longest recording.

    The longest recording of the corpus, in minutes, is given because memory grows with the duration of a recording.
    """
    for corpus, variants in content["variants"].items():
        entries = [entry for entry in content["recordings"] if entry["corpus"] == corpus]
        recordings = cache(partial(_ids_of_rule, entries))
        hours = sum(durations.get(corpus, ())) / 3600
        longest = round(max(durations.get(corpus, ()), default=0.0) / 60, 2)
        for row in costs(corpus, recordings, variants):
            per_hour = round(row["seconds"] / hours, 2) if hours else None
            numbers = {name: round(row[name], 2) for name in ("seconds", "cpu", "memory")}
            yield row | numbers | {"per_hour": per_hour, "longest": longest}


def _ids_of_rule(entries: Iterable[Mapping[str, Any]], rule: str) -> set[str]:
    """Return the ids that a rule works on: those of the channels of a call, or that of the call."""
    if UNITS_OF_RULES.get(rule, CHANNELS) == CHANNELS:
        return {id for entry in entries for id in entry.get("channels") or [entry["recording"]]}
    return {entry["recording"] for entry in entries}
