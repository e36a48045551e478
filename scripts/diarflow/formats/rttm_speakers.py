"""Speaker of an RTTM line, whose name may contain a space.

Without tabs, `Speaker 1 <NA>` may be a name with a space, or the name `Speaker` with the confidence 1.
"""

from collections.abc import Iterable
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.text import as_field, as_number, shown

MISSING = "<NA>"
_SPEAKER = 7  # index of the field
_MAX_FIELDS = 10


class RttmLine(NamedTuple):
    """Fields of a line, and whether tabs separate them."""

    fields: list[str]
    has_tabs: bool = False


def have_confidences(lines: Iterable[RttmLine]) -> bool:
    """Return whether numbers after the speakers' names can only be confidences.

    They are confidences if all are from 0 to 1, and either some have decimals or none distinguishes speakers.

    >>> def line(text): return RttmLine(["SPEAKER", "a", "1", "0", "1", "<NA>", "<NA>", *text.split()])
    >>> have_confidences([line("Ann 0.98 <NA>"), line("Bob 1 <NA>")])
    True
    >>> have_confidences([line("Speaker 0 <NA>"), line("Speaker 1 <NA>")])
    False
    """
    numbers: dict[str, set[str]] = {}
    for line in lines:
        name, *others = [MISSING] if line.has_tabs else _without_missing(line.fields)
        if all(map(_is_number, others)):
            numbers.setdefault(name, set()).add(others[0] if others else MISSING)
    values = set().union(*numbers.values()) - {MISSING}
    if not all(0 <= (as_number(value) or 0) <= 1 for value in values):
        return False
    return any("." in value for value in values) or all(len(own) == 1 for own in numbers.values())


def speaker_of(line: RttmLine, *, confidences: bool) -> tuple[str, bool]:
    """Return the speaker of a line as one field, and whether the name contained a space.

    `confidences` is true if a number after the name is a confidence. Raises InputError, without a place, if the line
    has no speaker, or if its fields cannot be told apart.

    >>> fields = ["SPEAKER", "a", "1", "0", "1", "<NA>", "<NA>"]
    >>> speaker_of(RttmLine([*fields, "Anna", "Maria", "<NA>", "<NA>"]), confidences=True)
    ('Anna_Maria', True)
    >>> speaker_of(RttmLine([*fields, "Ann", "0.9", "<NA>"]), confidences=True)
    ('Ann', False)
    """
    count = len(line.fields)
    if line.has_tabs:
        if count > _MAX_FIELDS:
            raise InputError(f"{count} fields, expected 8 to 10")
        name, others = line.fields[_SPEAKER], []
    else:
        name, *others = _without_missing(line.fields)
    if name == MISSING:
        raise InputError(f"speaker (field 8) is {MISSING}, expected a name")
    if others and all(map(_is_number, others)) and count <= _MAX_FIELDS:
        if not confidences:
            raise InputError(
                f"field 9 is {shown(others[0])}, expected <NA> or a confidence from 0 to 1 "
                "(a space in a name? separate the fields by tabs)"
            )
    elif others:
        if _is_number(others[-1]) or line.fields[5:_SPEAKER] != [MISSING, MISSING]:
            raise InputError(
                f"{count} fields, expected 8 to 10 (a space in a name? separate the fields by tabs)"
            )
        name = " ".join([name, *others])
    return as_field(name), " " in name


def _without_missing(fields: list[str]) -> list[str]:
    """Return the fields from the speaker on, without one or two missing fields at the end."""
    rest = fields[_SPEAKER:]
    for _ in range(2):
        if len(rest) > 1 and rest[-1] == MISSING:
            rest = rest[:-1]
    return rest


def _is_number(text: str) -> bool:
    return text == MISSING or as_number(text) is not None
