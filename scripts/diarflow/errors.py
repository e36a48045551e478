"""The one error class that people are shown without a traceback, and names as they are shown."""

import os
import re
from collections.abc import Iterable

# control characters, separators of lines, marks that turn text around, and bytes of a name that are no UTF-8
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(name) -> str:
    r"""A name or a path in one line, as any terminal, table and page takes it.

    >>> visible("a\tb\n"), visible(b"\xff.wav"), visible("Käthe's")
    ('a\\tb\\n', '\\udcff.wav', "Käthe's")
    """
    return _UNSEEN.sub(lambda one: ascii(one[0])[1:-1], os.fsdecode(name))


class InputError(Exception):
    """Something a person can mend. Each line says file, line, value, and what was expected."""

    def __init__(self, text: str):
        super().__init__("\n".join(map(visible, text.split("\n"))))

    @classmethod
    def of(cls, lines: Iterable[str]) -> "InputError":
        """One error out of many lines, so that all mistakes are seen at once."""
        return cls("\n".join(lines))
