"""Annotation CSV: a header with the columns of start, end or duration, speaker, and optionally recording and channel.

The columns may be in any order and case, and have any of the names below. The delimiter is a comma, a semicolon or a
tab. With semicolons, numbers may have a decimal comma, as spreadsheets write them. Without a column of recordings, the
file is of one recording.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.records import RecordFile
from diarflow.formats.text import read_fields, read_source_lines

ENDINGS = (".csv", ".tsv")
# names of columns without case, spaces, punctuation and unit, the preferred ones first
_RECORDINGS = (
    "filename",
    "file",
    "recording",
    "recordingid",
    "uri",
    "sessionid",
    "session",
    "audio",
)
_STARTS = ("start", "starttime", "onset", "begin", "begintime", "tmin", "from")
_ENDS = ("end", "endtime", "stop", "stoptime", "tmax", "to", "till")
_DURATIONS = ("duration", "dur", "length")
_OFFSET = "offset"  # the start, or the end if another column is the start
_SPEAKERS = ("speakerid", "speaker", "spk", "spkid", "speakername", "label", "name")
_CHANNELS = ("channel",)
_UNIT = re.compile(r"(?<=\w)(s|sec|secs|seconds)$")
_EXPECTED = "start, end or duration, speaker, and filename if it has several recordings"
_ABSENT = 1 << 30  # index of a column that the header does not have


class _Columns(NamedTuple):
    """Names of the two columns of times, and indices of the columns."""

    times: tuple[str, str]
    recording: int
    channel: int
    start: int
    end: int
    speaker: int


def recognizes(head: str, path: str) -> bool:
    """Return whether the first line is a header with columns of start, end or duration, and speaker."""
    lines = head.lstrip("\ufeff").split("\n", 2)
    delimiter, skipped = _delimiter(lines)
    if skipped >= len(lines):
        return False
    header = _normalized(lines[skipped].split(delimiter))
    return len(header) > 2 and not _missing(header)


def read(path, selection=None) -> RecordFile:
    """Read the rows of a CSV file of a user.

    Raises InputError if the file cannot be read, or if a column is missing.
    """
    texts = read_source_lines(path)
    delimiter, skipped = _delimiter(texts)
    rows = read_fields(path, texts[skipped:], delimiter=delimiter)
    _, head = next(rows, (1, []))
    header = _normalized(head)
    columns = _columns(path, header)
    file = RecordFile(path, is_nameless=columns.recording == _ABSENT)
    for number, row in rows:
        number += skipped
        if not any(cell.strip() for cell in row):
            continue
        name, channel, start, end, speaker = (
            row[index].strip() if index < len(row) else "" for index in columns[1:]
        )
        problem = _problem(row, header, [name, channel, start, end, speaker])
        if delimiter == ";":
            start, end = (text.replace(",", ".", 1) for text in (start, end))
        if not (name or file.is_nameless):
            file.add_problem(number, problem or "no filename")
        else:
            file.add_turn(
                name, number, start, end, speaker,
                channel=channel, names=columns.times, problem=problem,
            )  # fmt: skip
    return file


def _delimiter(texts: Sequence[str]) -> tuple[str, int]:
    """Return the delimiter, and the number of lines before the header."""
    if mark := re.fullmatch(r"sep=([,;\t|])", texts[0].strip(" \r").lower()):  # a line of Excel
        return mark[1], 1
    return max(",;\t", key=texts[0].count), 0


def _normalized(header: Sequence[str]) -> list[str]:
    """Return the names of columns without case, spaces, punctuation and unit.

    >>> _normalized(["Speaker_id", "Start (s)", "end [sec]", "offset"])
    ['speakerid', 'start', 'end', 'offset']
    """
    known = {*_STARTS, *_ENDS, *_DURATIONS, _OFFSET}
    names = [re.sub(r"[\W_]+", "", cell.lower()) for cell in header]
    return [short if (short := _UNIT.sub("", name)) in known else name for name in names]


def _time_columns(header: Sequence[str]) -> tuple[str, str]:
    """Return the columns of the start, and of the end or the duration; "" for a missing one."""
    start = _first(header, _STARTS)
    ends = (*_ENDS, _OFFSET, *_DURATIONS) if start else (*_DURATIONS, *_ENDS)
    return start or _first(header, (_OFFSET,)), _first(header, ends)


def _first(header: Sequence[str], names: Sequence[str]) -> str:
    return next((name for name in names if name in header), "")


def _missing(header: Sequence[str]) -> list[str]:
    start, end = _time_columns(header)
    columns = {"start": start, "end or duration": end, "speaker": _first(header, _SPEAKERS)}
    return [what for what, column in columns.items() if not column]


def _columns(path, header: Sequence[str]) -> _Columns:
    """Return the columns that are used. Raises InputError if one is missing or appears twice."""
    if missing := _missing(header):
        raise InputError(f"{path}:1: no column {', '.join(missing)}; expected {_EXPECTED}")
    times = _time_columns(header)
    names = [_first(header, _RECORDINGS), _first(header, _CHANNELS), *times]
    names.append(_first(header, _SPEAKERS))
    for name in names:
        if name and header.count(name) > 1:
            raise InputError(f"{path}:1: column {name} appears twice")
    return _Columns(times, *(header.index(name) if name else _ABSENT for name in names))


def _problem(row: list[str], header: Sequence[str], fields: list[str]) -> str:
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
