"""Write the report: the front page, the pages of the recordings, and their data files."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.artifacts.failures import Failure
from diarflow.backends import MODELS
from diarflow.digests import digest, versions
from diarflow.report.baseline import compare_with_baseline
from diarflow.report.colours import speaker_colours
from diarflow.report.confidence import confidence_section
from diarflow.report.data_names import RECORDINGS, data_names
from diarflow.report.error_bars import draw_error_bars
from diarflow.report.front_page import current_failures, front_page_tables, training_summary
from diarflow.report.headline import write_headlines
from diarflow.report.link_section import link_scores, people_links
from diarflow.report.metrics import available_metrics, json_columns, read_der
from diarflow.report.oracle_analysis import systems_with_oracles
from diarflow.report.plain_tables import plain_tables
from diarflow.report.recording_pages import failure_row, write_recording_pages
from diarflow.report.recording_rows import (
    ERROR_COLUMNS,
    Key,
    durations_by_corpus,
    recording_facts,
    recording_rows,
    systems_by_corpus,
)
from diarflow.report.rendering import remove_other_data, write_assets, write_data, write_page
from diarflow.report.segment_rows import talk_columns, worst_segments
from diarflow.report.system_costs import system_costs, usage_rows
from diarflow.runs.run_facts import read_run_facts
from diarflow.timeline.intervals import Turn

_COLOURS = 16  # of speakers in the bars of talk time
_MAX_FAILURES = 500  # failures in the table of the front page
# tables that the front page links to
_TABLES = (
    "der.csv",
    "der.parquet",
    "der.md",
    "comparisons.csv",
    "speaker_counts.csv",
    "changes.csv",
)
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
    summaries, new_failures = write_recording_pages(
        folder / "recordings", rows, content, failures, pages_provenance
    )
    failures = list(dict.fromkeys([*failures, *new_failures]))
    durations = durations_by_corpus(summaries)
    common = front_page_tables(rows, folder, content) | {"collar": content["collar_each_side"]}
    draw_error_bars(folder / "errors.png", common["bars"])
    plain = common | plain_tables(rows, folder, content, failures)
    write_page(folder / "tables.html", "tables", plain)
    oracles = systems_with_oracles(content)
    write_headlines(folder / "headline.json", common["headlines"], oracles)
    metrics = available_metrics(rows)
    baseline = content.get("baseline")
    front_page = common | {
        "metrics": metrics,
        "files": _write_data(folder / "data", rows, content, summaries, failures),
        "corpora": list(content["variants"]),
        "recordings": len(content["recordings"]),
        "scored": sum(entry["reference"] for entry in content["recordings"]),
        "people": people_links(content.get("people", ())),
        "link_scores": link_scores(content.get("linking", ())),
        "failures": [failure_row(row, folder / "index.html") for row in failures[:_MAX_FAILURES]],
        "more_failures": max(0, len(failures) - _MAX_FAILURES),
        "set_aside": len({(failure.corpus, failure.recording) for failure in failures}),
        "hours": {corpus: sum(seconds) / 3600 for corpus, seconds in durations.items()},
        "confidence": confidence_section(content),
        "baseline": compare_with_baseline(rows, baseline) if baseline else None,
        "trainings": [training_summary(name, card) for name, card in content["cards"].items()],
        "stages": content["stages"],
        "systems": content["systems"],
        "settings": content["settings"],
        "versions": versions(*_PACKAGES),
        "digests": list(_digests(folder, content)),
        "colours": list(speaker_colours([Turn(n, n + 1, n) for n in range(_COLOURS)]).values()),
        "tables": [name for name in _TABLES if (folder / name).exists()],
    }
    write_page(folder / "index.html", "index", front_page)
    usage = list(usage_rows(content, durations))
    systems = systems_by_corpus(content)
    times = {
        "rules": usage,
        "systems": system_costs(usage, content.get("rules", {}), systems, durations),
        "run": read_run_facts(),
    }
    write_data(folder / "times.js", "times", times)


def _write_data(
    folder: Path,
    rows: pd.DataFrame,
    content: Mapping[str, Any],
    summaries: Mapping[Key, Mapping[str, Any]],
    failures: Iterable[Failure],
) -> dict[str, dict[str, str]]:
    """Write the data files of the front page (`data_names`); return their names by system and content."""
    recordings = content["recordings"]
    facts = recording_facts(recordings, summaries, failures)
    write_data(folder / f"{RECORDINGS}.js", RECORDINGS, facts)
    columns = ["index", *(metric.column for metric in available_metrics(rows)), *ERROR_COLUMNS]
    files: dict[str, dict[str, str]] = {}
    for name, system, protocol, scores in recording_rows(rows, recordings):
        data = json_columns(scores, [*columns, "failed_rule", "speakers_given"])
        write_data(folder / f"{name}.js", name, data)
        files.setdefault(system, {})[protocol] = name
    for number, system in enumerate(files):
        for kind, make in (("talk", talk_columns), ("worst", worst_segments)):
            name = files[system][kind] = f"{number}-{kind}"
            write_data(folder / f"{name}.js", name, make(recordings, summaries, system))
    remove_other_data(folder, data_names(len(files)))
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
