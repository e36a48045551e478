"""Digests of the lines that a file of annotations holds for each recording.

A reference or a UEM may hold many recordings. A changed line must re-run its own recording only.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import PurePath

from diarflow.errors import InputError
from diarflow.formats.text import read_fields, read_lines

_MOST_NAMES = 5  # shown in a message


@cache
def digests_by_name(path: str) -> dict[str, str]:
    """Return a digest of the lines of each recording that an RTTM, CSV or UEM names.

    Nothing is validated: a file that cannot be read names no recording, and the jobs that read it report the error.
    """
    lines: dict[str, list[str]] = {}
    try:
        for name, line in _named_lines(path):
            lines.setdefault(name, []).append(line)
    except InputError:
        return {}
    return {
        name: hashlib.sha256("\n".join(recording_lines).encode()).hexdigest()[:12]
        for name, recording_lines in lines.items()
    }


def _named_lines(path: str) -> Iterator[tuple[str, str]]:
    """Yield the recording name of each line, and the line."""
    lines = read_lines(path)
    if path.lower().endswith((".csv", ".tsv")):
        rows = read_fields(path, lines, delimiter=max(",;\t", key=lines[0].count))
        columns = [column.strip().lower() for column in next(rows)[1]]
        place = columns.index("filename") if "filename" in columns else 0
        for _, row in rows:
            if len(row) > place:
                yield PurePath(row[place].strip()).stem, "\t".join(row)
    else:
        place = 0 if path.lower().endswith(".uem") else 1
        for line in lines:
            fields = line.split()
            if len(fields) > place and not line.startswith(";"):
                yield fields[place], line


def unmatched_names(names: Mapping[str, Set[str]]) -> list[str]:
    """Return a warning for each reference that names recordings which no table lists.

    `names` maps the path of a reference to all names of the recordings that use it.
    """
    warnings = []
    for path, listed in names.items():
        if not os.path.isfile(path):
            continue
        if unmatched := sorted(set(digests_by_name(path)) - listed):
            shown = ", ".join(unmatched[:_MOST_NAMES])
            more = len(unmatched) - _MOST_NAMES
            shown += f" and {more} more" if more > 0 else ""
            warnings.append(f"{path}: no table lists these recordings of the reference: {shown}")
    return warnings
