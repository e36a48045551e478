"""The one error class that people are shown without a traceback."""

from collections.abc import Iterable


class InputError(Exception):
    """Something a person can mend. Each line says file, line, value, and what was expected."""

    @classmethod
    def of(cls, lines: Iterable[str]) -> "InputError":
        """One error out of many lines, so that all mistakes are seen at once."""
        return cls("\n".join(lines))
