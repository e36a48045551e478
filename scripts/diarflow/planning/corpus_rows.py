"""Rows of a corpus: from a table, a folder or glob of audio files, or a simulation.

Each row comes with its place ("table.tsv:3"), which messages show.
"""

import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.errors import visible
from diarflow.formats.text import counted, examples, read_source_lines, shown
from diarflow.planning.file_listing import (
    Listing,
    by_ending,
    is_in_own_results,
    list_files,
    list_matches,
)
from diarflow.settings import Corpus

COLUMNS = (
    "recording", "audio", "channel", "reference", "uem",
    "num_speakers", "min_speakers", "max_speakers", "corpus",
)  # fmt: skip
_PATHS = ("audio", "reference", "uem")
_ANNOTATION_ENDINGS = {".rttm", ".uem", ".csv", ".tsv"}  # usual beside audio
_PREFERRED = {".wav": 0, ".flac": 1}
_MOST_REASONS = 6  # shown in a warning


@dataclass
class Rows:
    """Rows of a corpus with their places, the mistakes in its table, and warnings.

    `other_corpora` counts the rows of a table that the column `corpus` gives to other corpora.
    """

    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    other_corpora: Counter[str] = field(default_factory=Counter)


def read_rows(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of a corpus. With `needs_audio`, a table must have a column of audio files.

    Raises InputError if a table cannot be read.
    """
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
    head, *lines = read_source_lines(table)
    header = [_cell(text) for text in head.split("\t")]
    if problem := _header_problem(header, needs_audio=needs_audio):
        return Rows(problems=[f"{table}:1: {problem}"])
    result = Rows(
        warnings=[
            f"{table}:1: column {shown(column)} is not used"
            for column in header
            if column and column not in COLUMNS
        ]
    )
    comments = []
    for number, line in enumerate(lines, 2):
        place = f"{table}:{number}"
        cells = [_cell(text) for text in line.split("\t")]
        if not any(cells):
            continue
        if line.startswith("#"):
            comments += [number] if sum(map(bool, cells)) > 1 else []
            continue
        while not cells[-1]:
            cells.pop()
        if len(cells) > len(header):
            result.problems.append(f"{place}: {len(cells)} fields, expected {len(header)}")
            continue
        pairs = list(zip(header, cells, strict=False))
        if unnamed := [cell for column, cell in pairs if cell and not column]:
            result.problems.append(f"{place}: {shown(unnamed[0])} is in a column without a name")
        row = dict(pairs)
        if row.get("corpus", corpus if "corpus" not in header else "") != corpus:
            result.other_corpora[row.get("corpus", "")] += 1
            continue
        for column in _PATHS:
            if row.get(column):
                path = os.path.normpath(os.path.join(os.path.dirname(table), row[column]))
                row[column] = existing_path(path)
        result.rows.append((place, row))
    if comments:
        numbers = examples(map(str, comments))
        result.warnings.append(
            f'{table}: {counted(len(comments), "row")} that begin with # left out (lines {numbers}); "#1" in quotes is a name'
        )
    return result


def _cell(text: str) -> str:
    """Return the content of a cell. Spreadsheets quote a cell that contains a quote or a comma.

    >>> _cell('"the ""best"" take"'), _cell('"best" take')
    ('the "best" take', '"best" take')
    """
    text = text.strip()
    inner = text[1:-1].replace('""', "")
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inner:
        return text[1:-1].replace('""', '"').strip()
    return text


def existing_path(path: str) -> str:
    """Return the path of an existing file whose name has other Unicode characters of the same form, or the path itself.

    Names from a Mac have decomposed accents, typed ones composed accents.
    """
    if path.isascii() or os.path.lexists(path):
        return path
    folder, name = os.path.split(path)
    folder = existing_path(folder)
    wanted = unicodedata.normalize("NFC", name)
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return path
    same = (entry for entry in names if unicodedata.normalize("NFC", entry) == wanted)
    return os.path.join(folder, next(same, name))


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
    if repeated := sorted({column for column in header if column and header.count(column) > 1}):
        return f"column {examples(repeated)} appears twice"
    return None


def _file_rows(corpus: str, audio: str) -> Rows:
    """Return a row for each audio file of a folder with its subfolders, or of a glob, readable or not."""
    fixed = audio if os.path.isdir(audio) else re.split(r"[*?\[]", audio, maxsplit=1)[0]
    root = fixed if os.path.isdir(audio) else os.path.dirname(fixed)
    if is_in_own_results(root or "."):
        return Rows(
            problems=[
                f"{audio}: lies in the results of this run (corpus {corpus}); expected a folder elsewhere, or a table"
            ]
        )
    listing = list_files(audio) if os.path.isdir(audio) else list_matches(audio, root)
    ending = os.path.splitext(audio)[1]
    if os.path.isdir(audio) or not ending or re.search(r"[*?\[]", ending):
        paths = [path for path in listing.files if Path(path).suffix.lower() in AUDIO_EXTENSIONS]
        paths = _without_copies(paths, listing)
    else:  # the files of a pattern with an ending are audio
        paths = listing.files
    left_out = by_ending(sorted(set(listing.files) - set(paths) - set(listing.copies)))
    for annotations in _ANNOTATION_ENDINGS:
        left_out.pop(annotations, None)
    left_out += listing.left_out
    reasons = ", ".join(f"{what} ({count})" for what, count in left_out.most_common(_MOST_REASONS))
    if not paths:
        expected = "expected a folder that contains audio files, or a glob that matches some"
        hint = f" (left out: {reasons})" if reasons else ""
        return Rows(problems=[f"{audio}: no audio files (corpus {corpus}); {expected}{hint}"])
    result = Rows()
    if reasons:
        result.warnings.append(f"corpus {corpus}: left out of {audio}: {reasons}")
    for path in map(Path, paths):
        name = os.path.relpath(path.with_suffix(""), root or ".")
        result.rows.append((visible(path), {"recording": name, "audio": str(path)}))
    return result


def _without_copies(paths: list[str], listing: Listing) -> list[str]:
    """Return one file of each name, WAV or FLAC if possible, and note the others in `listing`."""
    chosen: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: _PREFERRED.get(Path(path).suffix.lower(), 2)):
        if chosen.setdefault(os.path.splitext(path)[0], path) != path:
            listing.copies.append(path)
            listing.left_out["of a name with another ending"] += 1
    copies = set(listing.copies)
    return [path for path in paths if path not in copies]


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
