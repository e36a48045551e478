"""InputError, which users see without a traceback, and the display of names in messages."""

import os
import re
from collections.abc import Iterable

# control characters, line separators, marks of text direction, and bytes of file names that are not UTF-8
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(name) -> str:
    r"""Return a name or path with unprintable characters escaped: one line, safe in terminals, tables and pages.

    >>> visible("a\tb\n"), visible(b"\xff.wav"), visible("Käthe's")
    ('a\\tb\\n', '\\udcff.wav', "Käthe's")
    """
    return _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], os.fsdecode(name))


class InputError(Exception):
    """An error that the user can correct.

    Each line of the message names the file, the line and the value, and what was expected.
    """

    def __init__(self, text: str):
        super().__init__("\n".join(map(visible, text.split("\n"))))

    @classmethod
    def of(cls, lines: Iterable[str]) -> "InputError":
        """Return one error with many lines, so that the user sees all mistakes together."""
        return cls("\n".join(lines))
