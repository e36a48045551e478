"""Rows of a corpus: from a table, a folder or glob of audio files, or a simulation.

Each row comes with its place ("table.tsv:3"), which messages show.
"""

import csv
import glob
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.errors import visible
from diarflow.formats.text import read_fields, read_lines
from diarflow.settings import Corpus

COLUMNS = (
    "recording", "audio", "channel", "reference", "uem",
    "num_speakers", "min_speakers", "max_speakers", "corpus",
)  # fmt: skip
_PATHS = ("audio", "reference", "uem")


@dataclass
class Rows:
    """Rows of a corpus with their places, the mistakes in its table, and warnings."""

    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of a corpus. With `needs_audio`, a table must have a column of audio files."""
    if source.recordings:
        return _table_rows(source.name, source.recordings, needs_audio=needs_audio)
    if source.audio:
        return _file_rows(source.name, source.audio)
    return _simulated_rows(source.name, source.simulate)


def _table_rows(corpus: str, table: str, *, needs_audio: bool) -> Rows:
    if not os.path.isfile(table):
        return Rows(
            problems=[f"{table}: no such table of recordings in {os.getcwd()} (corpus {corpus})"]
        )
    lines = read_fields(table, read_lines(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [column.strip() for column in next(lines)[1]]
    if problem := _header_problem(header, needs_audio=needs_audio):
        return Rows(problems=[f"{table}:1: {problem}"])
    result = Rows(
        warnings=[
            f"{table}:1: column {column} is not used"
            for column in header
            if column and column not in COLUMNS
        ]
    )
    for place, fields in lines:
        if not any(text.strip() for text in fields) or fields[0].startswith("#"):
            continue
        if len(fields) > len(header):
            result.problems.append(f"{place}: {len(fields)} fields, expected {len(header)}")
            continue
        row = dict(zip(header, (text.strip() for text in fields), strict=False))
        if row.get("corpus", corpus) != corpus:
            continue
        for column in _PATHS:
            if row.get(column):
                row[column] = os.path.normpath(os.path.join(os.path.dirname(table), row[column]))
        result.rows.append((place, row))
    return result


def _header_problem(header: list[str], *, needs_audio: bool) -> str | None:
    """Return the mistake in the header of a table, if any."""
    required = ("recording", "audio") if needs_audio else ("recording",)
    missing = [column for column in required if column not in header]
    if missing:
        hint = ""
        if {"recording", "audio"} & {column.lower() for column in header}:
            hint = "; column names are lower case"
        elif len(header) == 1:
            hint = "; columns are separated by tabs"
        return f"no column {', '.join(missing)}{hint}"
    if repeated := sorted({column for column in header if header.count(column) > 1}):
        return f"column {', '.join(repeated)} appears twice"
    return None


def _file_rows(corpus: str, audio: str) -> Rows:
    """Return a row for each audio file of a folder with its subfolders, or of a glob, readable or not."""
    if os.path.isdir(audio):
        root = audio
        paths = [path for path in Path(root).rglob("*") if path.suffix.lower() in AUDIO_EXTENSIONS]
    else:
        fixed = re.split(r"[*?\[]", audio, maxsplit=1)[0]
        root = os.path.dirname(fixed)
        paths = [Path(path) for path in glob.glob(audio, recursive=True)]
    if not paths:
        expected = "expected a folder that contains audio files, or a glob that matches some"
        return Rows(problems=[f"{audio}: no audio files (corpus {corpus}); {expected}"])
    result = Rows()
    for path in sorted(path for path in paths if not os.path.isdir(path)):
        name = os.path.relpath(path.with_suffix(""), root or ".")
        result.rows.append((visible(path), {"recording": name, "audio": str(path)}))
    return result


def _simulated_rows(corpus: str, simulation: Any) -> Rows:
    """Return a row for each conversation that a rule will simulate."""
    speakers = simulation.speakers
    if not os.path.isdir(speakers):
        return Rows(problems=[f"{speakers}: no such folder of speakers (corpus {corpus})"])
    result = Rows()
    for number in range(simulation.conversations):
        path = f"results/{corpus}/simulated/{corpus}-{number:04d}"
        row = {"recording": Path(path).name, "audio": f"{path}.wav", "reference": f"{path}.rttm"}
        result.rows.append((path, row))
    return result
