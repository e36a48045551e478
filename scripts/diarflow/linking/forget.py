"""Removal of everything in the results that names a person or holds the person's vectors."""

import json
from collections.abc import Iterator
from pathlib import Path

from diarflow.atomic import is_own_place, remove_own
from diarflow.formats.text import as_field
from diarflow.linking.people_table import read_labels, read_people, write_labels

_CORPUS_EXPORTS = ("kaldi", "lhotse")


def forget(results: Path, name: str) -> list[Path]:
    """Remove a person from the results, and return the files that were removed or changed, sorted.

    These are the vectors of the person as a known one and as a speaker of recordings, the tables of people, the labelled
    turns, words and exports of the recordings, the pages, data files and logs with the name, and the caches of the corpora.
    The next run makes what is missing again, without the person if the known people do not include it any more.
    """
    label = as_field(name)
    touched: set[Path] = set()
    for sidecar in sorted(results.glob("speakers/*.json")):
        if _contains(sidecar, name, label):
            log = results.parent / "logs/enroll_speakers" / f"{sidecar.stem}.log"
            touched |= {sidecar, sidecar.with_suffix(".npy"), log}
    for table in sorted(results.glob("*/speakers/*.parquet")):
        rows = read_people(table)
        recordings = {row["recording"] for row in rows if row["person"] == label}
        if recordings or any(label in json.loads(row["alternatives"]) for row in rows):
            corpus, system = table.parents[1], table.stem
            touched |= {table, table.with_suffix(".pairs.npz")}
            touched |= set(_files_of_recordings(corpus, system, recordings))
            touched |= set(_files_of_report(results, corpus.name, system, recordings))
            touched |= set(results.parent.glob(f"logs/*/link_speakers/{system}.log"))
    removed = [path for path in sorted(touched) if path.is_file() and is_own_place(path)]
    for path in removed:
        remove_own(path)
    return sorted([*removed, *_changed_labels(results, label)])


def _contains(sidecar: Path, name: str, label: str) -> bool:
    """Return whether the known people of a sidecar, or the sentences about those left out, contain a person."""
    facts = json.loads(sidecar.read_text(encoding="utf-8"))
    speakers = [person["speaker"] for person in facts.get("speakers", [])]
    return label in map(as_field, speakers) or any(
        name in text for text in facts.get("problems", [])
    )


def _files_of_recordings(corpus: Path, system: str, recordings: set[str]) -> Iterator[Path]:
    """Yield the files of a corpus with vectors or people of these recordings."""
    folders = [corpus / product / system for product in ("voices", "linked", "words")]
    folders += [path for path in corpus.glob("embeddings/*") if path.is_dir()]
    exports = corpus / "exports" / system
    folders += [exports, exports / "label-studio", exports / "cuts"]
    for folder in folders:
        for path in folder.glob("*"):
            # the channels of a call are named after it
            if path.is_file() and (
                path.stem in recordings or path.stem.rpartition("_ch")[0] in recordings
            ):
                yield path
    for recording in recordings:
        yield from (exports / "cuts" / recording).glob("*.flac")
    for name in _CORPUS_EXPORTS if recordings else ():
        yield from (exports / name).glob("*")


def _files_of_report(
    results: Path, corpus: str, system: str, recordings: set[str]
) -> Iterator[Path]:
    """Yield the pages and data files with people of a system, and of these recordings; and copies of the pages."""
    report = results / "report"
    yield from report.glob(f"people/*.{system}.html")
    for recording in recordings:
        yield report / "recordings" / corpus / f"{recording}.html"
    if recordings:
        yield from report.glob("data/*-talk.js")
        yield from report.glob("single/**/*.html")
    yield results / "report.zip"


def _changed_labels(results: Path, label: str) -> Iterator[Path]:
    """Remove a person from the labels of earlier runs, and yield the files that have changed."""
    for path in sorted(results.glob("*/speakers/*.labels.tsv")):
        labels = read_labels(path)
        kept = {key: person for key, person in labels.items() if as_field(person) != label}
        if len(kept) < len(labels):
            write_labels(path, kept)
            yield path
