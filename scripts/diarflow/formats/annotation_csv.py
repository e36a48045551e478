"""Annotation CSV: `filename, Offset, Duration, Speaker_id` in any order and case, after a header.

The delimiter is a comma, a semicolon or a tab.
"""

from collections.abc import Container
from pathlib import PurePath

from diarflow.errors import InputError
from diarflow.formats.rttm import Annotation
from diarflow.formats.text import as_field, parse_number, read_fields, read_lines
from diarflow.timeline.intervals import Turn

COLUMNS = ("filename", "offset", "duration", "speaker_id")


def read_annotation_csv(path, *, only: Container[str] | None = None) -> Annotation:
    """Read the turns of all recordings, or of those in `only`. File names count without their suffix.

    Raises InputError if a column is missing, or with a line for every malformed row.
    """
    lines = read_lines(path)
    delimiter = max(",;\t", key=lines[0].count)
    rows = read_fields(path, lines, delimiter=delimiter)
    header = [name.strip().lower() for name in next(rows)[1]]
    if missing := [name for name in COLUMNS if name not in header]:
        raise InputError(
            f"{path}:1: no column {', '.join(missing)}; expected filename, Offset, Duration, Speaker_id"
        )
    indices = [header.index(name) for name in COLUMNS]
    turns: dict[tuple[str, str], list[Turn]] = {}
    names, problems = set(), []
    for place, row in rows:
        if not any(field.strip() for field in row):
            continue
        try:
            if len(row) <= max(indices):
                raise InputError(f"{place}: {len(row)} fields, expected {len(header)}")
            name, offset, duration, speaker = (row[index].strip() for index in indices)
            name = name if only is not None and name in only else PurePath(name).stem
            names.add(name)
            if only is None or name in only:
                start = parse_number(offset, name="offset", place=place)
                end = start + parse_number(duration, name="duration", place=place)
                turns.setdefault((name, "1"), []).append(Turn(start, end, as_field(speaker)))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError.of(problems)
    return Annotation(turns, names)
