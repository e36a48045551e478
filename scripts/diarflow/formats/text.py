"""Parts that the text formats share: numbers, names, lines and fields."""

import csv
import math
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from diarflow.errors import EXAMPLES, InputError, shortened, visible
from diarflow.timeline.intervals import Seconds

_MAX_SHOWN = 40  # characters of a value in a message
_MAX_SIZE = 1 << 30  # bytes of a file
# ASCII digits only; a limited length, since Python refuses to convert thousands of digits to an integer
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?")  # fmt: skip
_MAX_NUMBER = 1e9  # seconds, 31 years
# white space of ASCII; a no-break space belongs to a name
_SPACES = re.compile(r"[ \t\x0b\x0c\r]+")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def parse_number(text: str, *, name: str, minimum: float = 0.0) -> float:
    """Return a finite number of at least `minimum`.

    Raises InputError with the name and the text of the field, and without a place.

    >>> parse_number("1.5", name="duration")
    1.5
    >>> parse_number("-2", name="duration")
    Traceback (most recent call last):
    diarflow.errors.InputError: duration is -2, expected a number >= 0
    """
    value = as_number(text)
    if value is None or value < minimum:
        hint = ", in seconds with a decimal point" if "," in text or ":" in text else ""
        raise InputError(f"{name} is {shown(text)}, expected a number >= {minimum:g}{hint}")
    if value > _MAX_NUMBER:
        raise InputError(f"{name} is {shown(text)}, expected a number <= {_MAX_NUMBER:g}")
    return value


def as_number(text: str) -> float | None:
    """Return the number that a text contains; None if it is no finite decimal number.

    >>> as_number("+1.50"), as_number("1_000"), as_number("nan"), as_number("1,5")
    (1.5, None, None, None)
    """
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def as_integer(text: str) -> int | None:
    """Return the integer that a text contains. Spreadsheets write 2.0 in a column with empty cells.

    >>> as_integer("2"), as_integer("2.0"), as_integer("2.5"), as_integer("9" * 5000)
    (2, 2, None, None)
    """
    value = as_number(text)
    return int(value) if value is not None and value.is_integer() and value <= _MAX_NUMBER else None


def shown(text: str, length: int = _MAX_SHOWN) -> str:
    """Return a value for a message: one line of limited length.

    >>> shown("0.5"), shown("x" * 1000, 20)
    ('0.5', 'xxxxxxxx ... xxxxxxx')
    """
    return shortened(visible(text), length)


def examples(names: Iterable[str], most: int = EXAMPLES) -> str:
    """Return the first names of a list, and the number of the others.

    >>> examples(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown(name) for name in names[:most]) + more


def counted(number: int, noun: str) -> str:
    """Return a number with a noun.

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def malformed(path, problems: Sequence[tuple[int, str]]) -> InputError:
    """Return an error with the problems of a file: numbers of lines, and what is wrong with each."""
    return InputError.of(f"{path}:{number}: {problem}" for number, problem in problems)


def format_seconds(value: Seconds) -> str:
    """Return seconds as text, rounded to the microsecond, with at least three decimals.

    >>> format_seconds(1.5), format_seconds(0.10025)
    ('1.500', '0.10025')
    """
    integer, decimals = f"{value:.6f}".split(".")
    return f"{integer}.{decimals[:3]}{decimals[3:].rstrip('0')}"


def as_field(name: str) -> str:
    """Return a name as one field of RTTM: composed characters, white space becomes "_", an empty name "unnamed".

    >>> as_field("Anna Maria"), as_field(" ")
    ('Anna_Maria', 'unnamed')
    """
    return re.sub(r"\s+", "_", unicodedata.normalize("NFC", name.strip())) or "unnamed"


def read_lines(path) -> list[str]:
    """Return the lines of a text file that this workflow wrote. Raises InputError if it is not UTF-8."""
    with open(path, "rb") as file:
        return _decoded_lines(path, file.read())


def read_source_lines(path) -> list[str]:
    """Return the lines of a text file of a user, in UTF-8 or, with a byte order mark, UTF-16.

    Raises InputError if the file cannot be read, is not a regular file, is larger than a gigabyte, or is not text.
    """
    try:
        with open(path, "rb", opener=_open_without_blocking) as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise InputError(f"{path}: not a regular file, expected a text file")
            if state.st_size > _MAX_SIZE:
                raise InputError(f"{path}: larger than a gigabyte, expected a text file")
            head = file.read(4096)
            if b"\0" in head and not head.startswith(_UTF16_MARKS):
                raise InputError(f"{path}: not a text file in UTF-8 (byte {head.index(0)} is 0)")
            data = head + file.read()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return _decoded_lines(path, data)


def _open_without_blocking(path, flags: int) -> int:
    """Open a file. If it is a pipe, do not wait for a process to write to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _decoded_lines(path, data: bytes) -> list[str]:
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not a text file in UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def split_fields(line: str, *, required: Collection[int]) -> tuple[list[str], bool]:
    """Split a line at its tabs, so that fields may contain spaces; without tabs, at white space.

    Returns the fields, and whether tabs separate them. A line in which tabs leave one of the `required` fields
    empty uses them as white space.

    >>> split_fields("a\\tAnn Lee", required=(0, 1))
    (['a', 'Ann Lee'], True)
    >>> split_fields("a \\t b", required=(0, 1, 2))
    (['a', 'b'], False)
    """
    if "\t" in line:
        fields = [field.strip() for field in line.strip().split("\t")]
        if len(fields) > max(required) and all(fields[index] for index in required):
            return fields, True
    if line.isascii():
        return line.split(), False
    return [field for field in _SPACES.split(line) if field], False


def read_fields(
    path, lines: list[str], *, delimiter: str, quoting: Literal[0, 1, 2, 3] = csv.QUOTE_MINIMAL
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each row's last line, and its fields. A quoted field may contain line breaks.

    Raises InputError if a field exceeds the limit of the csv module or a quote is not closed.
    """
    ended = (f"{line}\n" for line in lines)
    rows = csv.reader(ended, delimiter=delimiter, quoting=quoting, strict=True)
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: {error}; is a quote not closed?") from error
