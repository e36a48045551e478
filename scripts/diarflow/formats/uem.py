"""UEM: the scored extent of recordings. A line is `recording channel start end`, in seconds."""

from collections.abc import Iterable

from diarflow.atomic import atomic_write
from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile, Line
from diarflow.formats.text import (
    as_field,
    format_seconds,
    malformed,
    parse_number,
    read_lines,
    read_source_lines,
    shown,
    split_fields,
)
from diarflow.timeline.intervals import Interval, merge_overlapping

_FIELDS = 4


def read_uem_lines(path) -> AnnotationFile:
    """Read the lines of a UEM file of a user. Raises InputError if it cannot be read."""
    return _lines_by_name(path, read_source_lines(path))


def _lines_by_name(path, texts: Iterable[str]) -> AnnotationFile:
    file = AnnotationFile(path)
    for number, text in enumerate(texts, 1):
        if not (text := text.strip()) or text[0] in ";#":
            continue
        file.add(_fields(text)[0], Line(number, text))
    return file


def _fields(text: str) -> list[str]:
    fields, has_tabs = split_fields(text, required=range(_FIELDS))
    if len(fields) > _FIELDS and not has_tabs:  # only the name can contain a space
        return [" ".join(fields[:-3]), *fields[-3:]]
    return fields


def parse_uem(file: AnnotationFile, names: Iterable[str]) -> dict[str, list[Interval]]:
    """Return the intervals of the recording that has these names in the file, by channel as the file writes it.

    Raises InputError for malformed lines, for example with an end before the start.
    """
    intervals: dict[str, list[Interval]] = {}
    problems: list[Line] = []
    for number, text in file.lines_of(names):
        try:
            channel, interval = _parse(_fields(text))
            intervals.setdefault(channel, []).append(interval)
        except InputError as error:
            problems.append(Line(number, str(error)))
    if problems:
        raise malformed(file.path, problems)
    return intervals


def _parse(fields: list[str]) -> tuple[str, Interval]:
    if len(fields) != _FIELDS:
        raise InputError(f"{len(fields)} fields, expected {_FIELDS}")
    start = parse_number(fields[2], name="start")
    end = parse_number(fields[3], name="end")
    if end <= start:
        raise InputError(f"end is {shown(fields[3])}, expected more than {shown(fields[2])}")
    return fields[1], Interval(start, end)


def read_uem(path) -> dict[str, list[Interval]]:
    """Return the extent of each recording in a file, for example of one that `write_uem` wrote.

    Extents are sorted, disjoint intervals of all channels. Raises InputError for malformed lines.
    """
    file = _lines_by_name(path, read_lines(path))
    return {
        name: merge_overlapping(
            interval for intervals in parse_uem(file, [name]).values() for interval in intervals
        )
        for name in file.lines
    }


def write_uem(path, recording: str, extent: Iterable[Interval]) -> None:
    """Write the extent of one recording. Spaces in its id become "_"."""
    name = as_field(recording)
    with atomic_write(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for start, end in extent:
            file.write(f"{name} 1 {format_seconds(start)} {format_seconds(end)}\n")
