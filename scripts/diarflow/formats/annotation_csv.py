"""Annotation tables: `filename, Offset, Duration, Speaker_id`, by header, in any order and any case."""

from collections.abc import Container
from pathlib import PurePath

from diarflow.errors import InputError
from diarflow.formats.rttm import Annotation
from diarflow.formats.text import number, read_fields, read_lines, safe
from diarflow.timeline.intervals import Turn

COLUMNS = ("filename", "offset", "duration", "speaker_id")


def read_annotation_csv(path, *, only: Container[str] | None = None) -> Annotation:
    """Read the turns of all recordings, or of those in `only`. A file name's ending does not count.

    Raises InputError where a column is missing, and naming every bad row.
    """
    lines = read_lines(path)
    delimiter = max(",;\t", key=lines[0].count)
    rows = read_fields(path, lines, delimiter=delimiter)
    header = [name.strip().lower() for name in next(rows)[1]]
    if missing := [name for name in COLUMNS if name not in header]:
        raise InputError(
            f"{path}:1: no column {', '.join(missing)}; expected filename, Offset, Duration, Speaker_id"
        )
    places = [header.index(name) for name in COLUMNS]
    turns: dict[tuple[str, str], list[Turn]] = {}
    names, problems = set(), []
    for where, row in rows:
        if not any(field.strip() for field in row):
            continue
        try:
            if len(row) <= max(places):
                raise InputError(f"{where}: {len(row)} fields, expected {len(header)}")
            name, offset, duration, speaker = (row[place].strip() for place in places)
            name = name if only is not None and name in only else PurePath(name).stem
            names.add(name)
            if only is None or name in only:
                start = number(offset, what="offset", where=where)
                end = start + number(duration, what="duration", where=where)
                turns.setdefault((name, "1"), []).append(Turn(start, end, safe(speaker)))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError.of(problems)
    return Annotation(turns, names)
