"""Parts that the text formats share: numbers, names, lines and fields."""

import csv
import math
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Literal

from diarflow.errors import InputError, visible
from diarflow.timeline.intervals import Seconds


def parse_number(text: str, *, name: str, place: str, minimum: float = 0.0) -> float:
    """Return a finite number of at least `minimum`.

    Raises InputError with the place ("file:line"), the name and the text of the field.

    >>> parse_number("1.5", name="duration", place="a.rttm:3")
    1.5
    >>> parse_number("-2", name="duration", place="a.rttm:3")
    Traceback (most recent call last):
    diarflow.errors.InputError: a.rttm:3: duration is -2, expected a number >= 0
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < minimum:
        raise InputError(f"{place}: {name} is {visible(text)}, expected a number >= {minimum:g}")
    return value


def format_seconds(value: Seconds) -> str:
    """Return seconds as text, rounded to the microsecond, with at least three decimals.

    >>> format_seconds(1.5), format_seconds(0.10025)
    ('1.500', '0.10025')
    """
    integer, decimals = f"{value:.6f}".split(".")
    return f"{integer}.{decimals[:3]}{decimals[3:].rstrip('0')}"


def as_field(name: str) -> str:
    """Return a name as one field of RTTM: white space becomes "_", an empty name "unnamed".

    >>> as_field("Anna Maria"), as_field(" ")
    ('Anna_Maria', 'unnamed')
    """
    return re.sub(r"\s+", "_", name.strip()) or "unnamed"


def possible_names(recording: str, name: str) -> list[str]:
    """Return the names that a reference may use for a recording: its id, and its name, also as one field or without folders.

    >>> possible_names("my_call-3ae3f9", "monday/my call")
    ['my_call-3ae3f9', 'monday/my call', 'monday/my_call', 'my call', 'my_call']
    """
    last = PurePath(name).name
    return list(dict.fromkeys([recording, name, as_field(name), last, as_field(last)]))


def read_lines(path) -> list[str]:
    """Return the lines of a UTF-8 text file. Raises InputError if it is not UTF-8."""
    try:
        with open(path, encoding="utf-8-sig", newline=None) as file:
            return file.read().split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file in UTF-8 (byte {error.start})") from error


def read_fields(
    path, lines: list[str], *, delimiter: str, quoting: Literal[0, 1, 2, 3] = csv.QUOTE_MINIMAL
) -> Iterator[tuple[str, list[str]]]:
    """Yield for each row its place ("file:line", the line on which the row ends) and its fields.

    Raises InputError if a field exceeds the limit of the csv module, usually because a quote is not closed.
    """
    rows = csv.reader(lines, delimiter=delimiter, quoting=quoting)
    try:
        for row in rows:
            yield f"{path}:{rows.line_num}", row
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: {error}; is a quote not closed?") from error
