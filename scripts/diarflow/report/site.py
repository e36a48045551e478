"""The site: the front page, the pages of recordings, and what both are drawn with."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.backends import MODELS
from diarflow.digests import digest, versions
from diarflow.report.metrics import columns, read_figures, shown
from diarflow.report.front_page import failures, files_of, front, training
from diarflow.report.rendering import write_assets, write_data, write_page
from diarflow.report.error_bars import draw_bars
from diarflow.report.recording_pages import told, write_recordings
from diarflow.runs.benchmarks import costs

MOST_FAILURES = 500  # that the front page names
_PACKAGES = (
    "snakemake", "pyannote-metrics", "scikit-learn", "onnxruntime", "librosa", "numpy", "plotly",
)  # fmt: skip


def write_site(folder, content: Mapping[str, Any], made_with: str = "") -> None:
    """Write the site into `folder`, out of its der.csv and the tables beside it.

    `content` says what the report is about: see `diarflow.planning.plan.Plan.report`. Pages of recordings stay where what they
    show and `made_with`, which stands for code and libraries, are the same.
    """
    folder = Path(folder)
    rows = read_figures(folder / "der.csv")
    aside = failures(content)
    write_assets(folder / "assets")
    audio = write_recordings(folder / "recordings", rows, content, aside, made_with)
    page = front(rows, folder, content)
    draw_bars(folder / "errors.png", page["bars"])
    write_page(folder / "tables.html", "tables", page | {"collar": content["collar_each_side"]})
    page |= _write_rows(folder, rows, content) | {
        "collar": content["collar_each_side"],
        "corpora": list(content["variants"]),
        "recordings": len(content["recordings"]),
        "failures": [told(one, folder / "index.html") for one in aside[:MOST_FAILURES]],
        "more_failures": max(0, len(aside) - MOST_FAILURES),
        "hours": {corpus: sum(lengths) / 3600 for corpus, lengths in audio.items()},
        "trainings": [training(name, card) for name, card in content["cards"].items()],
        "stages": content["stages"],
        "systems": content["systems"],
        "settings": content["settings"],
        "versions": versions(*_PACKAGES),
        "digests": list(_digests(folder, content)),
    }
    write_page(folder / "index.html", "index", page)
    write_data(folder / "times.js", "times", list(_times(content, audio)))


def _write_rows(folder: Path, rows: pd.DataFrame, content: Mapping[str, Any]) -> dict[str, Any]:
    """Write the rows of recordings, a file for each system and protocol; return what the page needs of it."""
    figures = shown(rows)
    names = ["corpus", "recording", *(figure.column for figure in figures)]
    files = {}
    for name, system, protocol, own in files_of(rows, content["recordings"]):
        held = columns(own, [*names, "set_aside", "speakers_given"])
        write_data(folder / "data" / f"{name}.js", name, held)
        files.setdefault(system, {})[protocol] = name
    return {"files": files, "figures": figures}


def _digests(folder: Path, content: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What a reader may want to compare with another report, and its SHA-256."""
    yield "der.csv", digest(folder / "der.csv")
    for corpus in content["variants"]:
        own = [one for one in content["recordings"] if one["corpus"] == corpus]
        references = [
            Path("results", corpus, "reference", f"{one['recording']}{ending}")
            for one in own
            if one["reference"]
            for ending in (".rttm", ".uem")
        ]
        yield f"{corpus}: references and scored stretches", _together(references)
        for system in dict.fromkeys(system for one in own for system in one["systems"]):
            found = [
                Path("results", corpus, "rttm", system, f"{one['recording']}.rttm") for one in own
            ]
            yield f"{corpus}: RTTM of {system}", _together(found)
    for stage, variants in content["settings"].items():
        for name, variant in variants.items():
            model = variant.get("model", "")
            for path in (Path(model), MODELS / model):
                if model and path.is_file():
                    yield f"{stage} {name}: {model}", digest(path)
                    break


def _together(paths: Iterable[Path]) -> str:
    """One digest of several files, by name and content."""
    whole = hashlib.sha256()
    for path in paths:
        if path.exists():
            whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _times(
    content: Mapping[str, Any], audio: Mapping[str, list[float]]
) -> Iterable[dict[str, Any]]:
    """What each rule took, and what that is for an hour of audio; memory follows the longest recording, in minutes."""
    for corpus, variants in content["variants"].items():
        names = {one["recording"] for one in content["recordings"] if one["corpus"] == corpus}
        hours = sum(audio.get(corpus, ())) / 3600
        longest = round(max(audio.get(corpus, ()), default=0.0) / 60, 2)
        for row in costs(corpus, names, variants, "benchmarks"):
            per_hour = round(row["seconds"] / hours, 2) if hours else None
            numbers = {name: round(row[name], 2) for name in ("seconds", "cpu", "memory")}
            yield row | numbers | {"per_hour": per_hour, "longest": longest}
