"""What the text formats share: numbers with a place to point at, and names that are safe."""

import csv
import math
import re
from collections.abc import Iterator
from pathlib import PurePath

from diarflow.errors import InputError, visible
from diarflow.timeline.intervals import Seconds


def number(text: str, *, what: str, where: str, least: float = 0.0) -> float:
    """A finite number of at least `least`, or an InputError that says where and what was there.

    >>> number("1.5", what="duration", where="a.rttm:3")
    1.5
    >>> number("-2", what="duration", where="a.rttm:3")
    Traceback (most recent call last):
    diarflow.errors.InputError: a.rttm:3: duration is -2, expected a number >= 0
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < least:
        expected = f"a number >= {least:g}" if least >= 0 else "a number"
        raise InputError(f"{where}: {what} is {visible(text)}, expected {expected}")
    return value


def seconds(value: Seconds) -> str:
    """Seconds to the microsecond, with at least three decimals.

    >>> seconds(1.5), seconds(0.10025)
    ('1.500', '0.10025')
    """
    whole, decimals = f"{value:.6f}".split(".")
    return f"{whole}.{decimals[:3]}{decimals[3:].rstrip('0')}"


def safe(name: str) -> str:
    """A name as one field of RTTM: white space becomes "_", nothing becomes "unnamed".

    >>> safe("Anna Maria"), safe(" ")
    ('Anna_Maria', 'unnamed')
    """
    return re.sub(r"\s+", "_", name.strip()) or "unnamed"


def known_as(recording: str, name: str) -> list[str]:
    """What a reference may call a recording: its id, or its name, whole, as one word, or without folders.

    >>> known_as("my_call-3ae3f9", "monday/my call")
    ['my_call-3ae3f9', 'monday/my call', 'monday/my_call', 'my call', 'my_call']
    """
    last = PurePath(name).name
    return list(dict.fromkeys([recording, name, safe(name), last, safe(last)]))


def read_lines(path) -> list[str]:
    """Lines of a text file in UTF-8; an InputError where it is none."""
    try:
        with open(path, encoding="utf-8-sig", newline=None) as file:
            return file.read().split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file in UTF-8 (byte {error.start})") from error


def read_fields(
    path, lines: list[str], *, delimiter: str, quoting: int = csv.QUOTE_MINIMAL
) -> Iterator[tuple[str, list[str]]]:
    """The fields of each row of a table, and the place "file:line" where the row ends.

    InputError where a field is too long to be one: a quote that is never closed, as a rule.
    """
    rows = csv.reader(lines, delimiter=delimiter, quoting=quoting)
    try:
        for row in rows:
            yield f"{path}:{rows.line_num}", row
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: {error}; is a quote not closed?") from error
