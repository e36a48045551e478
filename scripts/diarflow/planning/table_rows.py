"""Rows of a corpus from a table of recordings."""

import os
import unicodedata
from collections import Counter
from collections.abc import Sequence

from diarflow.formats.text import counted, examples, shown
from diarflow.planning.columns import PATHS, Header, read_header
from diarflow.planning.rows import Rows
from diarflow.planning.table_files import read_cells
from diarflow.planning.table_text import TableRow
from diarflow.remote import file_name, is_remote


def table_rows(corpus: str, table: str, *, needs_audio: bool) -> Rows:
    """Return the rows of a corpus in a table. What was guessed about the table is one warning.

    Raises InputError if the table cannot be read.
    """
    if not os.path.isfile(table):
        return Rows(
            problems=[f"{table}: no such table of recordings in {os.getcwd()} (corpus {corpus})"]
        )
    cells = read_cells(table)
    while cells.rows and cells.rows[0].is_comment:
        cells.rows.pop(0)
    names, *rows = cells.rows or [TableRow(f"{table}:1", [])]
    comments = [row for row in rows if row.is_comment]
    rows = [row for row in rows if not row.is_comment]
    header = read_header(names.fields, [row.fields for row in rows], needs_audio=needs_audio)
    if header.problem:
        return Rows(problems=[f"{names.place}: {header.problem}"])
    result = Rows(warnings=[f"{names.place}: {sentence}" for sentence in header.unused])
    for row in rows:
        _add(result, row, header, corpus, table)
    guesses = [
        *cells.guesses,
        *(f"column {shown(name)} is {column}" for name, column in header.renamed.items()),
    ]
    if "recording" not in header.columns:
        guesses.append(_name_after_audio(result.rows, os.path.dirname(table)))
    if guesses:
        result.warnings.insert(0, f"{table}: assumed: {'; '.join(guesses)}")
    result.warnings += _left_out(table, comments)
    return result


def _add(result: Rows, row: TableRow, header: Header, corpus: str, table: str) -> None:
    """Add a row of the table to the result: its values by column, its mistakes, or the corpus it belongs to."""
    fields = list(row.fields)
    while not fields[-1]:
        fields.pop()
    if len(fields) > len(header.columns):
        result.problems.append(f"{row.place}: {len(fields)} fields, expected {len(header.columns)}")
        return
    pairs = list(zip(header.columns, fields, strict=False))
    if unnamed := [value for column, value in pairs if value and column is None]:
        result.problems.append(f"{row.place}: {shown(unnamed[0])} is in a column without a name")
    values = {column: value for column, value in pairs if column}
    if values.get("corpus", corpus if "corpus" not in header.columns else "") != corpus:
        result.other_corpora[values.get("corpus", "")] += 1
        return
    for column in PATHS:
        if values.get(column) and not is_remote(values[column]):
            path = os.path.normpath(os.path.join(os.path.dirname(table), values[column]))
            values[column] = existing_path(path)
    result.rows.append((row.place, values))


def _name_after_audio(rows: list[tuple[str, dict[str, str]]], folder: str) -> str:
    """Name each recording after its audio file, with the folders from `folder` on where files have the same name."""
    paths = [os.path.splitext(_path(row.get("audio", "")))[0] for _, row in rows]
    counts = Counter(os.path.basename(path) for path in dict.fromkeys(paths))
    same = 0
    for (_, row), path in zip(rows, paths, strict=True):
        row["recording"] = os.path.basename(path)
        if counts[row["recording"]] > 1:
            row["recording"] = os.path.relpath(path, folder or ".")
            same += 1
    folders = f", {same} of them with folders" if same else ""
    return f"recordings are named after their audio files{folders}"


def _path(location: str) -> str:
    return file_name(location) if is_remote(location) else location


def _left_out(table: str, comments: Sequence[TableRow]) -> list[str]:
    """Return a warning about comments that look like rows, because "#1" may be a name."""
    rows = [row for row in comments if sum(map(bool, row.fields)) > 1]
    if not rows:
        return []
    numbers = examples(row.place.rpartition(":")[2] for row in rows)
    return [
        f'{table}: {counted(len(rows), "row")} that begin with # left out (lines {numbers}); "#1" in quotes is a name'
    ]


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
