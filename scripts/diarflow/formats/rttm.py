"""RTTM, the turns of NIST's Rich Transcription evaluations: one line per turn.

`SPEAKER recording channel start duration <NA> <NA> speaker <NA> <NA>`. Comments begin with ";;".
"""

from collections.abc import Container, Iterable
from typing import NamedTuple

from diarflow.atomic import atomic_write
from diarflow.errors import InputError
from diarflow.formats.text import as_field, format_seconds, parse_number, read_lines
from diarflow.timeline.intervals import Turn

OTHER_TYPES = {
    "LEXEME", "NON-LEX", "NON-SPEECH", "NOSCORE", "NO_RT_METADATA", "SEGMENT", "SPKR-INFO", "SU",
    "CB", "A/P", "EDIT", "FILLER", "IP",
}  # fmt: skip

# A turn may start before its recording and is clipped later. A start before -1 day is a mistake.
_EARLIEST_START = -86_400.0


class Annotation(NamedTuple):
    """Turns of a file by recording name and channel, and all recording names in the file."""

    turns: dict[tuple[str, str], list[Turn]]
    names: set[str]


def read_rttm(path, *, only: Container[str] | None = None) -> Annotation:
    """Read the turns of all recordings, or of those in `only`; numbers of other recordings are not parsed.

    Raises InputError with a line for every malformed line, for example with a missing field or a negative duration.
    """
    turns: dict[tuple[str, str], list[Turn]] = {}
    names, problems = set(), []
    for number, line in enumerate(read_lines(path), 1):
        fields = line.split()
        if not fields or line.lstrip().startswith(";") or fields[0] in OTHER_TYPES:
            continue
        try:
            recording, channel, turn = _parse(fields, only, f"{path}:{number}")
        except InputError as error:
            problems.append(str(error))
            continue
        names.add(recording)
        if turn:
            turns.setdefault((recording, channel), []).append(turn)
    if problems:
        raise InputError.of(problems)
    return Annotation(turns, names)


def _parse(
    fields: list[str], only: Container[str] | None, place: str
) -> tuple[str, str, Turn | None]:
    """Return recording, channel and turn of a line; no turn if the recording is not in `only`."""
    if fields[0] != "SPEAKER":
        raise InputError(f"{place}: line begins with {fields[0]}, expected SPEAKER")
    if not 9 <= len(fields) <= 10:
        raise InputError(
            f"{place}: {len(fields)} fields, expected 9 or 10"
            + (" (a space in a name?)" if len(fields) > 10 else "")
        )
    recording, channel = fields[1], fields[2]
    if only is not None and recording not in only:
        return recording, channel, None
    start = parse_number(fields[3], name="start", place=place, minimum=_EARLIEST_START)
    duration = parse_number(fields[4], name="duration", place=place)
    return recording, channel, Turn(start, start + duration, fields[7])


def write_rttm(
    path, recording: str, turns: Iterable[Turn], *, comments: Iterable[str] = ()
) -> None:
    """Write the turns of one recording, sorted by start, after `comments`."""
    with atomic_write(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for comment in comments:
            file.write(f";; {' '.join(comment.split())}\n")
        for turn in sorted(turns):
            start, duration = format_seconds(turn.start), format_seconds(turn.end - turn.start)
            speaker = as_field(str(turn.speaker))
            file.write(f"SPEAKER {recording} 1 {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n")


def read_turns(path) -> list[Turn]:
    """Return the turns of a file that `write_rttm` wrote."""
    return [turn for turns in read_rttm(path).turns.values() for turn in turns]


def read_comments(path) -> list[str]:
    """Return the comments at the head of a file, without their ";;"."""
    comments = []
    for line in read_lines(path):
        if not line.startswith(";;"):
            break
        comments.append(line[2:].strip())
    return comments
