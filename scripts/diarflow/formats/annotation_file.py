"""Files of annotations of users, which may contain many recordings: their lines by recording name."""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from diarflow.formats.names import NameIndex


class Line(NamedTuple):
    """A line of a file: its number, and its text. Of a CSV, the text contains the fields that are used."""

    number: int
    text: str


class AnnotationFile:
    """Lines of a file by the recording name that they contain.

    In a file without recording names (`is_nameless`) all lines have the empty name.

    `problems` are those of lines without a recording name, which may belong to any recording: number and text.
    """

    is_nameless = False

    def __init__(self, path):
        self.path = str(path)
        self.lines: dict[str, list[Line]] = {}
        self.problems: list[Line] = []

    def add(self, name: str, line: Line) -> None:
        """Add a line of the recording `name`."""
        if name in self.lines:
            self.lines[name].append(line)
        else:
            self.lines[name] = [line]

    @cached_property
    def index(self) -> NameIndex:
        """Names in the file by their normal forms."""
        return NameIndex(self.lines)

    def lines_of(self, names: Iterable[str]) -> list[Line]:
        """Return the lines with one of these names, in the order of the file."""
        return sorted(line for name in names for line in self.lines[name])

    def digest(self, name: str) -> str:
        """Return 12 hexadecimal digits for all that the turns or intervals of a name depend on."""
        texts = [line.text for line in (*self.problems, *self.lines[name])]
        return hashlib.sha256("\n".join(texts).encode(errors="surrogatepass")).hexdigest()[:12]

    @property
    def is_empty(self) -> bool:
        """Return whether the file has no lines besides comments."""
        return not self.lines and not self.problems
