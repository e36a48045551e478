"""RTTM, the turns of NIST's Rich Transcription evaluations: one line per turn.

`SPEAKER recording channel start duration <NA> <NA> speaker <NA> <NA>`. Comments begin with ";" or "#".
The last one or two fields may be missing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from diarflow.atomic import atomic_write
from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile, Line
from diarflow.formats.rttm_speakers import MISSING, RttmLine, have_confidences, speaker_of
from diarflow.formats.text import (
    as_field,
    as_number,
    format_seconds,
    malformed,
    parse_number,
    read_lines,
    read_source_lines,
    shown,
    split_fields,
)
from diarflow.timeline.intervals import Interval, Turn

_OTHER_TYPES = {
    "LEXEME", "NON-LEX", "NON-SPEECH", "NO_RT_METADATA", "SEGMENT", "SPKR-INFO", "SU",
    "CB", "A/P", "EDIT", "FILLER", "IP",
}  # fmt: skip
_TYPES = {"SPEAKER", "NOSCORE", *_OTHER_TYPES}

ENDINGS = (".rttm",)
_REQUIRED = (0, 1, 3, 4, 7)  # fields that are not empty
# A turn may start before its recording and is clipped later. A start before -1 day is a mistake.
EARLIEST_START = -86_400.0


@dataclass
class Annotations:
    """Turns, intervals and channels of a recording in a file, by the text of the channel field.

    `unscored` are the intervals of NOSCORE lines, `channels` those of all lines, also of lines without a turn.
    `spaces` counts the turns whose speaker's name contained a space, `notes` what was left out.
    """

    turns: dict[str, list[Turn]] = field(default_factory=dict)
    unscored: dict[str, list[Interval]] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    spaces: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    def all_turns(self) -> list[Turn]:
        """Return the turns of all channels."""
        return [turn for turns in self.turns.values() for turn in turns]


def recognizes(head: str, path: str) -> bool:
    """Return whether a line in the head of a file is one of RTTM. Types of lines may be in lower case."""
    rows = (text.split(None, 5) for text in head.split("\n"))
    return any(_is_line(fields) for fields in rows if fields)


def _is_line(fields: list[str]) -> bool:
    if fields[0] in _TYPES:
        return True
    times = fields[3:5]
    return fields[0].upper() in _TYPES and len(times) == 2 and all(map(_is_time, times))


def _is_time(text: str) -> bool:
    return text == MISSING or as_number(text) is not None


def read_rttm(path, *, expected: str = "RTTM") -> AnnotationFile:
    """Read the lines of an RTTM file of a user.

    Raises InputError, with the `expected` formats, if it cannot be read or is of another format.
    """
    return _lines_by_name(path, read_source_lines(path), expected)


def _lines_by_name(path, texts: Iterable[str], expected: str = "RTTM") -> AnnotationFile:
    file = AnnotationFile(path)
    first, is_rttm = "", False
    for number, text in enumerate(texts, 1):
        if not (text := text.strip()) or text[0] in ";#":
            continue
        if "\t" in text or not text.isascii():
            fields, _ = split_fields(text, required=_REQUIRED)
        else:  # the same, but faster
            fields = text.split(None, 2)
        first = first or f"{path}:{number}: begins with {shown(text, 20)}"
        is_rttm = is_rttm or fields[0].upper() in _TYPES
        if len(fields) > 1:
            file.add(fields[1], Line(number, text))
        else:
            file.problems.append(Line(number, "1 field, expected 8 to 10"))
    if first and not is_rttm:
        raise InputError(f"{first}, expected {expected}")
    return file


def parse_rttm(file: AnnotationFile, names: Iterable[str]) -> Annotations:
    """Return the turns of the recording that has these names in the file.

    Raises InputError for malformed lines, for example with a missing field or a negative duration.
    """
    lines = [
        (number, RttmLine(*split_fields(text, required=_REQUIRED)))
        for number, text in file.lines_of(names)
    ]
    confidences = have_confidences(line for _, line in lines if len(line.fields) > 7)
    result, problems = Annotations(), list(file.problems)
    for number, line in lines:
        try:
            _add(result, line, confidences=confidences)
        except InputError as error:
            problems.append(Line(number, str(error)))
    if problems:
        raise malformed(file.path, problems)
    return result


def _add(result: Annotations, line: RttmLine, *, confidences: bool) -> None:
    """Add the turn or the unscored interval of a line. Raises InputError without a place."""
    fields = line.fields
    kind, channel = fields[0].upper(), fields[2] if len(fields) > 2 else MISSING
    fewest = 8 if kind == "SPEAKER" else 5 if kind == "NOSCORE" else 0
    if kind not in _TYPES:
        raise InputError(f"line begins with {shown(fields[0])}, expected SPEAKER")
    if len(fields) < fewest:
        raise InputError(f"{len(fields)} fields, expected {fewest} to 10")
    if channel != MISSING or kind == "SPEAKER":
        result.channels.add(channel)
    if kind in _OTHER_TYPES:
        return
    start = parse_number(fields[3], name="start", minimum=EARLIEST_START)
    end = start + parse_number(fields[4], name="duration")
    if kind == "NOSCORE":
        result.unscored.setdefault(channel, []).append(Interval(start, end))
        return
    speaker, has_space = speaker_of(line, confidences=confidences)
    result.spaces += has_space
    result.turns.setdefault(channel, []).append(Turn(start, end, speaker))


def write_rttm(path, recording: str, turns: Iterable[Turn]) -> None:
    """Write the turns of one recording, sorted by start. Spaces in its id become "_"."""
    write_channels(path, recording, [turns])


def write_channels(path, recording: str, channels: Iterable[Iterable[Turn]]) -> None:
    """Write the turns of each channel of one recording, sorted by start. The first channel has the number 1."""
    name = as_field(recording)
    numbered = ((turn, number) for number, turns in enumerate(channels, 1) for turn in turns)
    with atomic_write(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for turn, number in sorted(numbered):
            start, duration = format_seconds(turn.start), format_seconds(turn.end - turn.start)
            speaker = as_field(str(turn.speaker))
            file.write(
                f"SPEAKER {name} {number} {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n"
            )


def read_channels(path, count: int) -> list[list[Turn]]:
    """Return the turns of each of `count` channels in a file that `write_channels` wrote."""
    file = _lines_by_name(path, read_lines(path))
    turns = parse_rttm(file, file.lines).turns
    return [turns.get(str(number), []) for number in range(1, count + 1)]


def read_turns(path) -> list[Turn]:
    """Return all turns of a file, for example of one that `write_rttm` wrote."""
    file = _lines_by_name(path, read_lines(path))
    return parse_rttm(file, file.lines).all_turns()
