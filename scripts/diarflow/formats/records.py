"""Turns of formats other than RTTM, as records of one form with the number of their line or entry.

A reader adds a record for each turn, and a note for each item that it leaves out. Digests of planning cover the
records of a recording, so that only a change of turns or notes runs its jobs again.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile, Line
from diarflow.formats.names import NameIndex
from diarflow.formats.rttm import EARLIEST_START, Annotations
from diarflow.formats.rttm_speakers import MISSING
from diarflow.formats.text import as_field, malformed, parse_number, shown
from diarflow.timeline.intervals import Interval, Turn

NAMELESS = ""  # name of the lines of a file without recording names
_SEPARATOR = "\0"  # of the fields of a record
_TURN, _UNSCORED, _NOTE = "turn", "unscored", "note"
_DURATIONS = {"duration", "dur", "length"}  # names of a second field that is not an end


class RecordFile(AnnotationFile):
    """Records of a file by the recording name that they contain, or all under `NAMELESS`.

    `unit` names what the numbers of the records count; "" means lines.
    """

    def __init__(self, path, *, unit: str = "", is_nameless: bool = False):
        super().__init__(path)
        self.unit, self.is_nameless = unit, is_nameless

    def add_turn(
        self,
        name: str,
        number: int,
        start: str | float,
        end: str | float,
        speaker: str,
        *,
        channel: str = "",
        names: tuple[str, str] = ("start", "end"),
        problem: str = "",
    ) -> None:
        """Add a turn. `names` are those of the two times in messages; the second one may be "duration"."""
        fields = (_TURN, channel or MISSING, *names, str(start), str(end), speaker, problem)
        self._add(name, number, fields)

    def add_unscored(self, name: str, number: int, start: str, end: str, channel: str = "") -> None:
        """Add an interval that is not scored."""
        self._add(name, number, (_UNSCORED, channel or MISSING, "start", "end", start, end, "", ""))

    def add_note(self, name: str, number: int, what: str) -> None:
        """Add a note on an item that is left out, for example "words of zero length left out"."""
        self._add(name, number, (_NOTE, what))

    def add_problem(self, number: int, problem: str) -> None:
        """Add the problem of an item that may belong to any recording."""
        self.problems.append(Line(number, problem))

    def _add(self, name: str, number: int, fields: Sequence[str]) -> None:
        text = _SEPARATOR.join(fields)
        if text.count(_SEPARATOR) >= len(fields):  # a separator in a field
            text = _SEPARATOR.join(field.replace(_SEPARATOR, "") for field in fields)
        self.add(NAMELESS if self.is_nameless else name, Line(number, text))

    @cached_property
    def index(self) -> NameIndex:
        """Names in the file by their normal forms."""
        return NamelessIndex() if self.is_nameless and self.lines else NameIndex(self.lines)


class NamelessIndex(NameIndex):
    """Index of a file without recording names: its lines are those of any recording."""

    def __init__(self) -> None:
        super().__init__([NAMELESS])

    def find(self, id: str, name: str, shared: Collection[str] = ()) -> list[str]:
        return list(self.names)


def parse_records(file: AnnotationFile, names: Iterable[str]) -> Annotations:
    """Return the turns, unscored intervals and notes of the recording that has these names in the file.

    Raises InputError for malformed records.
    """
    result, problems = Annotations(), list(file.problems)
    for number, text in file.lines_of(names):
        kind, *fields = text.split(_SEPARATOR)
        if kind == _NOTE:
            result.notes[fields[0]] += 1
            continue
        channel, first, second, start_text, end_text, speaker, problem = fields
        try:
            if problem:
                raise InputError(problem)
            if speaker == MISSING:
                raise InputError(f"speaker is {MISSING}, expected a name")
            start, end = _times(first, second, start_text, end_text)
        except InputError as error:
            problems.append(Line(number, str(error)))
            continue
        result.channels.add(channel)
        if kind == _UNSCORED:
            result.unscored.setdefault(channel, []).append(Interval(start, end))
            continue
        result.spaces += " " in speaker
        result.turns.setdefault(channel, []).append(Turn(start, end, as_field(speaker)))
    if problems:
        unit = getattr(file, "unit", "")
        if unit:
            raise InputError.of(
                f"{file.path}: {unit} {number}: {text}" for number, text in problems
            )
        raise malformed(file.path, problems)
    return result


def _times(first: str, second: str, start_text: str, end_text: str) -> tuple[float, float]:
    """Return start and end. Raises InputError without a place."""
    start = parse_number(start_text, name=first, minimum=EARLIEST_START)
    if second in _DURATIONS:
        return start, start + parse_number(end_text, name=second)
    end = parse_number(end_text, name=second, minimum=EARLIEST_START)
    if end < start:
        raise InputError(f"{second} is {shown(end_text)}, expected at least {shown(start_text)}")
    return start, end
