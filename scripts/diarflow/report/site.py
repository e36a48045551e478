"""The site: the front page, a page for each recording, and what both are drawn with."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.backends import MODELS
from diarflow.ledger import Failure
from diarflow.lineage import digest, versions
from diarflow.report.figures import columns, read_figures, shown
from diarflow.report.front import failures, files_of, front, training
from diarflow.report.names import ALL, COMPLETED
from diarflow.report.page import write_assets, write_data, write_page
from diarflow.report.pictures import draw_bars
from diarflow.report.recording import Shown
from diarflow.report.sound import link
from diarflow.report.times import costs

MOST_FAILURES = 500  # that the front page names
_PACKAGES = (
    "snakemake", "pyannote-metrics", "scikit-learn", "onnxruntime", "librosa", "numpy", "plotly",
)  # fmt: skip


def write_site(folder, content: Mapping[str, Any]) -> None:
    """Write the site into `folder`, out of its der.csv and the tables beside it.

    `content` says what the report is about: see `diarflow.plan.Plan.report`.
    """
    folder = Path(folder)
    rows = read_figures(folder / "der.csv")
    aside = failures(content)
    write_assets(folder / "assets")
    audio = _write_recordings(rows, aside, content)
    page = front(rows, folder, content)
    draw_bars(folder / "errors.png", page["bars"])
    write_page(folder / "tables.html", "tables", page | {"collar": content["collar_each_side"]})
    page |= _write_rows(folder, rows, content) | {
        "collar": content["collar_each_side"],
        "corpora": list(content["variants"]),
        "recordings": len(content["recordings"]),
        "failures": [_told(one, folder / "index.html") for one in aside[:MOST_FAILURES]],
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


def _write_recordings(
    rows: pd.DataFrame, aside: Iterable[Failure], content: Mapping[str, Any]
) -> dict[str, list[float]]:
    """Write a page for each recording; return the seconds of each that has audio, by corpus."""
    single = rows[~rows["recording"].isin([ALL, COMPLETED])]
    held = {name: single[name].tolist() for name in single.columns}
    of_recording: dict[tuple[str, str], list[int]] = {}
    for place, key in enumerate(zip(held["corpus"], held["recording"], strict=True)):
        of_recording.setdefault(key, []).append(place)
    failed: dict[tuple[str, str], list[Failure]] = {}
    for one in aside:
        failed.setdefault((one.corpus, one.recording), []).append(one)
    figures, seconds = shown(rows), {}
    names = [(one["corpus"], one["recording"]) for one in content["recordings"]]
    for place, one in enumerate(content["recordings"]):
        key = names[place]
        recording = Shown(
            **one, variants=content["variants"][key[0]], audio=content.get("audio", "linked")
        )
        data = recording.data()
        own = [
            {name: values[row] for name, values in held.items()}
            for row in of_recording.get(key, ())
        ]
        around = [
            link(recording.page.parent.parent / corpus / f"{name}.html", recording.page)
            if (corpus, name) != key
            else ""
            for corpus, name in (names[max(place - 1, 0)], names[min(place + 1, len(names) - 1)])
        ]
        write_page(
            recording.page,
            "recording",
            {
                "corpus": key[0],
                "recording": key[1],
                "notes": recording.notes,
                "failures": [_told(failure, recording.page) for failure in failed.get(key, ())],
                "rows": own,
                "figures": figures,
                "collar": content["collar_each_side"],
                "data": data,
                "drawn": {name: value for name, value in data.items() if name != "audio"},
                "links": recording.links(),
                "logs": recording.logs(),
                "before": around[0],
                "after": around[1],
            },
        )
        if data["audio"]:
            seconds.setdefault(key[0], []).append(data["duration"])
    return seconds


def _told(failure: Failure, page: Path) -> dict[str, str]:
    """A failure with the address of its log, and of the page of its recording."""
    recording = page.parent / "recordings" / failure.corpus / f"{failure.recording}.html"
    return failure._asdict() | {
        "address": link(failure.log, page),
        "page": link(recording, page),
    }


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
