"""Annotation CSV: `filename, Offset, Duration, Speaker_id` in any order and case, after a header.

The delimiter is a comma, a semicolon or a tab. With semicolons, numbers may have a decimal comma, as spreadsheets
write them. A column `channel` is optional.
"""

import re
from collections.abc import Iterable

from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile, Line
from diarflow.formats.rttm import EARLIEST_START, Annotations
from diarflow.formats.rttm_speakers import MISSING
from diarflow.formats.text import (
    as_field,
    malformed,
    parse_number,
    read_fields,
    read_source_lines,
)
from diarflow.timeline.intervals import Turn

# names of columns without case, spaces and punctuation
_COLUMNS = ("filename", "offset", "duration", "speakerid")
_CHANNEL = "channel"
_SEPARATOR = "\0"  # of the fields that are used
_HEADER = "filename, Offset, Duration, Speaker_id"


def read_annotation_csv(path) -> AnnotationFile:
    """Read the rows of a CSV file of a user, with the fields channel, offset, duration and speaker.

    Raises InputError if the file cannot be read, or if a column is missing.
    """
    texts = read_source_lines(path)
    delimiter = max(",;\t", key=texts[0].count)
    skipped = 0
    if mark := re.fullmatch(r"sep=([,;\t|])", texts[0].strip(" ").lower()):  # a line of Excel
        delimiter, skipped = mark[1], 1
    rows = read_fields(path, texts[skipped:], delimiter=delimiter)
    _, head = next(rows, (1, []))
    header = [re.sub(r"[\W_]+", "", cell.lower()) for cell in head]
    indices = _columns(path, header)
    file = AnnotationFile(path)
    for number, row in rows:
        number += skipped
        if not any(cell.strip() for cell in row):
            continue
        name, *fields = (
            row[index].strip().replace(_SEPARATOR, "") if index < len(row) else ""
            for index in indices
        )
        problem = _problem(row, header, [name, *fields])
        if delimiter == ";":
            fields[1:3] = [number.replace(",", ".", 1) for number in fields[1:3]]
        if name:
            file.add(name, Line(number, _SEPARATOR.join([*fields, problem])))
        else:
            file.problems.append(Line(number, problem or "no filename"))
    return file


def _columns(path, header: list[str]) -> list[int]:
    """Return the indices of filename, channel, offset, duration and speaker. That of a missing channel is large."""
    missing = [
        name
        for name, column in zip(_HEADER.split(", "), _COLUMNS, strict=True)
        if column not in header
    ]
    if missing:
        raise InputError(f"{path}:1: no column {', '.join(missing).lower()}; expected {_HEADER}")
    for column in (*_COLUMNS, _CHANNEL):
        if header.count(column) > 1:
            raise InputError(f"{path}:1: column {column} appears twice")
    filename, *others = (header.index(column) for column in _COLUMNS)
    channel = header.index(_CHANNEL) if _CHANNEL in header else 1 << 30
    return [filename, channel, *others]


def _problem(row: list[str], header: list[str], fields: list[str]) -> str:
    """Return what is wrong with the form of a row, or "". `fields` begin with the name."""
    while len(row) > len(header) and not row[-1].strip():
        row = row[:-1]
    if len(row) > len(header):
        return f"{len(row)} fields, expected {len(header)} (a decimal comma?)"
    if not all(fields[2:4]):
        return f"{len(row)} fields, expected {len(header)}"
    if any("\n" in field for field in fields):
        return "a field contains a line break; is a quote not closed?"
    return "" if fields[4] else "no speaker_id, expected a name"


def parse_annotation_csv(file: AnnotationFile, names: Iterable[str]) -> Annotations:
    """Return the turns of the recording that has these names in the file.

    Raises InputError for malformed rows.
    """
    result, problems = Annotations(), list(file.problems)
    for number, text in file.lines_of(names):
        channel, offset, duration, speaker, problem = text.split(_SEPARATOR)
        channel = channel or MISSING
        try:
            if problem:
                raise InputError(problem)
            start = parse_number(offset, name="offset", minimum=EARLIEST_START)
            end = start + parse_number(duration, name="duration")
        except InputError as error:
            problems.append(Line(number, str(error)))
            continue
        result.channels.add(channel)
        result.spaces += " " in speaker
        result.turns.setdefault(channel, []).append(Turn(start, end, as_field(speaker)))
    if problems:
        raise malformed(file.path, problems)
    return result
