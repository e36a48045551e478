"""Text tables: the encoding, the delimiter, and the fields of the rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from diarflow.errors import InputError
from diarflow.formats.text import counted, examples, shown
from diarflow.planning.columns import meaning

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF16 = "UTF-16 without a byte order mark"
_WINDOWS = "Windows-1252"
# in the order of preference
_DELIMITERS = "\t;,|"
_SEPARATOR = re.compile(r'"?sep=(.)"?[\t;,|\s]*', re.IGNORECASE)  # first line, for Excel


@dataclass
class TableRow:
    """Row of a table: its place, its fields, and whether it begins with the sign of a comment."""

    place: str
    fields: list[str]
    is_comment: bool = False


@dataclass
class Cells:
    """Rows of a table with a field or more. `guesses` are clauses about how the file was read where that is not certain."""

    rows: list[TableRow] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)


def read_text_table(path: str, data: bytes) -> Cells:
    """Return the rows of a text table with tabs, semicolons, commas or vertical bars.

    Raises InputError if the file is not text or a quote is not closed.
    """
    text, encoding = decoded(path, data)
    result = Cells(guesses=[f"the encoding is {encoding}{_sample(text)}"] if encoding else [])
    first_line = text.split("\n", 1)[0]
    start = 0
    if match := _SEPARATOR.fullmatch(first_line):
        delimiter, start = match[1], len(first_line) + 1
    else:
        delimiter = _delimiter(text)
    result.rows = list(_rows(path, text, start, delimiter))
    broken = [row.place for row in result.rows if any("\n" in value for value in row.fields)]
    if broken:
        numbers = examples(place.rpartition(":")[2] for place in broken)
        result.guesses.append(
            f"{counted(len(broken), 'row')} with quoted line breaks (line {numbers})"
        )
    return result


def decoded(path: str, data: bytes) -> tuple[str, str]:
    """Return a text with line feeds, and its encoding if that is a guess. Raises InputError if it is not text."""
    encoding, name = "utf-8-sig", ""
    if data.startswith(_UTF16_MARKS):
        encoding = "utf-16"
    elif guess := _utf16_without_mark(data):
        encoding, name = guess, _UTF16
    elif b"\0" in data:
        raise InputError(f"{path}: not a text file (byte {data.index(0)} is 0), expected a table")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise InputError(
                f"{path}: not text in {encoding.upper()} (byte {error.start})"
            ) from error
        text, name = _windows_text(path, data, error.start), _WINDOWS
    return text.replace("\r\n", "\n").replace("\r", "\n"), name


def _utf16_without_mark(data: bytes) -> str:
    """Return the codec of a text of which every second byte is 0 at the start; "" if it is not such a text."""
    head = data[: min(len(data), 64) // 2 * 2]
    for codec, zeros, others in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        if zeros and not zeros.strip(b"\0") and b"\0" not in others:
            return codec
    return ""


def _windows_text(path: str, data: bytes, at: int) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not a text file in UTF-8 (byte {at}) or {_WINDOWS} (byte {error.start}); save it as UTF-8"
        ) from error


def _sample(text: str) -> str:
    """Return an example of the text that depends on the encoding, for the user to check."""
    word = re.search(r"[\w.-]*[^\x00-\x7f][\w.-]*", text)
    return f", as in {shown(word[0], 20)}" if word else ""


def _delimiter(text: str) -> str:
    """Return the character that separates the fields: with it, the header has the most columns that are known."""
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith("#"))
    header = next(lines, "")

    def rank(delimiter: str) -> tuple[int, int]:
        names = [_unquoted(name) for name in header.split(delimiter)]
        return sum(bool(meaning(name)) for name in names), len(names)

    return max(_DELIMITERS, key=rank)  # the first one of equals


def _rows(path: str, text: str, start: int, delimiter: str) -> Iterator[TableRow]:
    """Yield the rows with their places. A quoted field may contain delimiters, line breaks and doubled quotes.

    A field with quotes that are not those of a quoted field is taken as it is.
    """
    quoted = _quoted_field(delimiter)
    line = 1 + text.count("\n", 0, start)
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        row = text[start:end]
        if '"' in row:
            fields, end = _quoted_fields(text, start, delimiter, quoted)
            if delimiter != "\t" and _is_open(fields[-1], text, end):
                raise InputError(
                    f"{path}:{line}: a quote is not closed: {shown(fields[-1].strip())}"
                )
        else:
            fields = row.split(delimiter)
        fields = [value.strip() for value in fields]
        if any(fields):
            yield TableRow(f"{path}:{line}", fields, row.startswith("#"))
        line += 1 + (text.count("\n", start, end) if '"' in row else 0)
        start = end + 1


def _quoted_field(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a quoted field. Spreadsheets have no tab in a cell: it shows that a quote is not closed."""
    tab = r"\t" if delimiter == "\t" else ""
    spaces = rf"[^\S\n{tab}]*"
    return re.compile(rf'{spaces}"((?:[^"{tab}]|"")*+)"{spaces}(?={re.escape(delimiter)}|\n|\Z)')


def _quoted_fields(
    text: str, start: int, delimiter: str, quoted: re.Pattern[str]
) -> tuple[list[str], int]:
    """Return the fields of the row that begins at `start`, and the end of the row."""
    plain = re.compile(rf"[^{re.escape(delimiter)}\n]*")
    fields: list[str] = []
    while True:
        match = quoted.match(text, start) or plain.match(text, start)
        assert match is not None  # the pattern of a plain field fits everywhere
        is_quoted = match.re is quoted
        fields.append(match[1].replace('""', '"') if is_quoted else match[0])
        start = match.end()
        if start >= len(text) or text[start] == "\n":
            return fields, start
        start += len(delimiter)


def _is_open(last: str, text: str, end: int) -> bool:
    """Return whether the last field of the row that ends at `end` begins with the last quote of the text."""
    opens = last.lstrip().startswith('"') and last.count('"') == 1
    return opens and text.find('"', end) < 0


def _unquoted(text: str) -> str:
    return text.strip().strip('"')
