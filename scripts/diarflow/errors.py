"""InputError, which users see without a traceback, and the display of names and messages."""

import os
import re
from collections.abc import Iterable, Iterator

# control characters, line separators, marks of text direction, and bytes of file names that are not UTF-8
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
MAX_LENGTH = 300  # of a message
EXAMPLES = 3  # of one kind of message
_WORD = 20  # shortest length to which a word is shortened
_GAP = " ... "
_MAX_LINES = 12  # of a text on the terminal
_LOCATION = re.compile(r"^.*?:\d+: ")
_VALUE = re.compile(r"\b(is|are) .*?(?=, expected|$)")


def visible(name) -> str:
    r"""Return a name or path with unprintable characters escaped: one line, safe in terminals, tables and pages.

    >>> visible("a\tb\n"), visible(b"\xff.wav"), visible("Käthe's")
    ('a\\tb\\n', '\\udcff.wav', "Käthe's")
    """
    return _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], os.fsdecode(name))


def visible_lines(text: str) -> str:
    """Return a text with unprintable characters escaped, except its line breaks."""
    return "\n".join(map(visible, text.split("\n")))


def table_cell(name) -> str:
    """Return a visible name that a spreadsheet does not take for a formula: ' precedes = + - @ and ' itself.

    >>> table_cell("=cmd"), table_cell("a=b"), cell_name(table_cell("'=cmd"))
    ("'=cmd", 'a=b', "'=cmd")
    """
    text = visible(name)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "'")) else text


def cell_name(cell: str) -> str:
    """Return the name that `table_cell` wrote."""
    return cell.removeprefix("'")


def shortened(text: str, length: int = MAX_LENGTH) -> str:
    """Return a text of at most `length` characters: its longest words, such as paths, lose their middle, then the text does.

    >>> shortened("table.tsv:2: channel is 99999999999999999999, expected 1 to 2", 60)
    'table.tsv:2: channel is 99999999 ... 999999, expected 1 to 2'
    """
    words = text.split(" ") if len(text) <= 100 * length else []
    while len(text) > length and words:
        longest = max(range(len(words)), key=lambda index: len(words[index]))
        if len(words[longest]) <= _WORD:
            break
        kept = max(_WORD, len(words[longest]) - len(text) + length)
        words[longest] = _without_middle(words[longest], kept)
        text = " ".join(words)
    return _without_middle(text, length)


def _without_middle(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    end = (length - len(_GAP)) // 2
    return text[: length - end - len(_GAP)] + _GAP + text[-end:]


def summarized(lines: Iterable[str]) -> list[str]:
    """Return the first lines of each kind, each shortened, and the number of the others.

    Lines are of one kind if they differ in locations, values, names or numbers only.

    >>> summarized(f"a.rttm:{number}: 6 fields, expected 9" for number in range(1, 100))[2:]
    ['a.rttm:3: 6 fields, expected 9', '... and 96 more of this kind']
    """
    by_kind: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for line in lines:
        kind = message_kind(line)
        counts[kind] = counts.get(kind, 0) + 1
        examples = by_kind.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append(shortened(line))
    shown = list(_with_counts(by_kind, counts))
    if len(shown) <= _MAX_LINES:
        return shown
    kept = shown[: _MAX_LINES - 1]
    return [*kept, f"... and {sum(counts.values()) - len(kept)} more"]


def _with_counts(by_kind: dict[str, list[str]], counts: dict[str, int]) -> Iterator[str]:
    for kind, examples in by_kind.items():
        yield from examples
        if more := counts[kind] - len(examples):
            yield f"... and {more} more of this kind"


def message_kind(line: str) -> str:
    """Return the plain words of a message, without its location and its values."""
    text = _VALUE.sub(r"\1", _LOCATION.sub("", line[: 2 * MAX_LENGTH]))
    return " ".join(word for word in text.split() if re.fullmatch(r"[A-Za-z]+[,;:.]?", word))


class InputError(Exception):
    """An error that the user can correct.

    Each line of the message names the file, the line and the value, and what was expected. The message contains the
    first lines of each kind, and `details` all of them.
    """

    def __init__(self, text: str):
        self.details = visible_lines(text)
        super().__init__("\n".join(summarized(self.details.split("\n"))))

    @classmethod
    def of(cls, lines: Iterable[str]) -> "InputError":
        """Return one error with many lines, so that the user sees all mistakes together."""
        return cls("\n".join(lines))
