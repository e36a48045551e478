"""UEM, the part of a recording that is scored: `file channel start end` a line."""

from collections.abc import Container, Iterable

from diarflow.atomic import written_whole
from diarflow.errors import InputError
from diarflow.formats.text import number, read_lines, seconds
from diarflow.timeline.intervals import Interval, union


def read_uem(path, *, only: Container[str] | None = None) -> dict[str, list[Interval]]:
    """Scored stretches by recording, sorted and apart. Raises InputError naming every bad line."""
    stretches: dict[str, list[Interval]] = {}
    problems = []
    for place, line in enumerate(read_lines(path), 1):
        fields = line.split()
        if not fields or line.lstrip().startswith(";"):
            continue
        where = f"{path}:{place}"
        try:
            if len(fields) != 4:
                raise InputError(f"{where}: {len(fields)} fields, expected 4")
            stretch = stretches.setdefault(fields[0], [])
            if only is not None and fields[0] not in only:
                continue
            start = number(fields[2], what="start", where=where)
            end = number(fields[3], what="end", where=where)
            if end <= start:
                raise InputError(f"{where}: end is {fields[3]}, expected more than {fields[2]}")
            stretch.append(Interval(start, end))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError.of(problems)
    return {recording: union(found) for recording, found in stretches.items()}


def write_uem(
    path, recording: str, stretches: Iterable[Interval], *, comments: Iterable[str] = ()
) -> None:
    """Write the scored stretches of one recording; `comments` go before them."""
    with written_whole(path) as beside, open(beside, "w", encoding="utf-8") as file:
        for comment in comments:
            file.write(f";; {comment}\n")
        for start, end in stretches:
            file.write(f"{recording} 1 {seconds(start)} {seconds(end)}\n")
