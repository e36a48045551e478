"""UEM: the scored extent of recordings. A line is `recording channel start end`, in seconds."""

from collections.abc import Container, Iterable

from diarflow.atomic import atomic_write
from diarflow.errors import InputError
from diarflow.formats.text import format_seconds, parse_number, read_lines
from diarflow.timeline.intervals import Interval, merge_overlapping


def read_uem(path, *, only: Container[str] | None = None) -> dict[str, list[Interval]]:
    """Return the extent of each recording as sorted, disjoint intervals.

    Recordings that are not in `only` have an empty extent: their lines are not parsed.
    Raises InputError with a line for every malformed line.
    """
    extents: dict[str, list[Interval]] = {}
    problems = []
    for number, line in enumerate(read_lines(path), 1):
        fields = line.split()
        if not fields or line.lstrip().startswith(";"):
            continue
        place = f"{path}:{number}"
        try:
            if len(fields) != 4:
                raise InputError(f"{place}: {len(fields)} fields, expected 4")
            extent = extents.setdefault(fields[0], [])
            if only is not None and fields[0] not in only:
                continue
            start = parse_number(fields[2], name="start", place=place)
            end = parse_number(fields[3], name="end", place=place)
            if end <= start:
                raise InputError(f"{place}: end is {fields[3]}, expected more than {fields[2]}")
            extent.append(Interval(start, end))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError.of(problems)
    return {recording: merge_overlapping(extent) for recording, extent in extents.items()}


def write_uem(
    path, recording: str, extent: Iterable[Interval], *, comments: Iterable[str] = ()
) -> None:
    """Write the extent of one recording, after `comments`."""
    with atomic_write(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for comment in comments:
            file.write(f";; {comment}\n")
        for start, end in extent:
            file.write(f"{recording} 1 {format_seconds(start)} {format_seconds(end)}\n")
