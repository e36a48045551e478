"""RTTM, the turns of NIST's Rich Transcription: one line a turn.

`SPEAKER file channel start duration <NA> <NA> speaker <NA> <NA>`; lines that begin with ";;" are comments.
"""

from collections.abc import Container, Iterable
from typing import NamedTuple

from diarflow.atomic import written_whole
from diarflow.errors import InputError
from diarflow.formats.text import number, read_lines, safe, seconds
from diarflow.timeline.intervals import Turn

OTHER_TYPES = {
    "LEXEME", "NON-LEX", "NON-SPEECH", "NOSCORE", "NO_RT_METADATA", "SEGMENT", "SPKR-INFO", "SU",
    "CB", "A/P", "EDIT", "FILLER", "IP",
}  # fmt: skip

_DAY = 86_400.0  # a start before the recording is clipped; before yesterday it is a mistake


class Annotation(NamedTuple):
    """Turns as a file gives them, by recording and channel, and what else it names."""

    turns: dict[tuple[str, str], list[Turn]]
    names: set[str]


def read_rttm(path, *, only: Container[str] | None = None) -> Annotation:
    """Read the turns of all recordings, or of those in `only`; the others' lines are not looked at.

    Raises InputError naming every bad line: fields missing or too many, a negative duration.
    """
    turns: dict[tuple[str, str], list[Turn]] = {}
    names, problems = set(), []
    for place, line in enumerate(read_lines(path), 1):
        fields = line.split()
        if not fields or line.lstrip().startswith(";") or fields[0] in OTHER_TYPES:
            continue
        try:
            recording, channel, turn = _parse(fields, only, f"{path}:{place}")
        except InputError as error:
            problems.append(str(error))
            continue
        names.add(recording)
        if turn:
            turns.setdefault((recording, channel), []).append(turn)
    if problems:
        raise InputError.of(problems)
    return Annotation(turns, names)


def _parse(fields: list[str], only, where: str) -> tuple[str, str, Turn | None]:
    if fields[0] != "SPEAKER":
        raise InputError(f"{where}: line begins with {fields[0]}, expected SPEAKER")
    if not 9 <= len(fields) <= 10:
        raise InputError(
            f"{where}: {len(fields)} fields, expected 9 or 10"
            + (" (a space in a name?)" if len(fields) > 10 else "")
        )
    recording, channel = fields[1], fields[2]
    if only is not None and recording not in only:
        return recording, channel, None
    start = number(fields[3], what="start", where=where, least=-_DAY)
    duration = number(fields[4], what="duration", where=where)
    return recording, channel, Turn(start, start + duration, fields[7])


def write_rttm(
    path, recording: str, turns: Iterable[Turn], *, comments: Iterable[str] = ()
) -> None:
    """Write the turns of one recording, sorted by start; `comments` go before them."""
    with written_whole(path) as beside, open(beside, "w", encoding="utf-8") as file:
        for comment in comments:
            file.write(f";; {' '.join(comment.split())}\n")
        for turn in sorted(turns):
            start, duration = seconds(turn.start), seconds(turn.end - turn.start)
            speaker = safe(str(turn.speaker))
            file.write(f"SPEAKER {recording} 1 {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n")


def read_turns(path) -> list[Turn]:
    """The turns of a file that `write_rttm` wrote."""
    return [turn for turns in read_rttm(path).turns.values() for turn in turns]


def read_comments(path) -> list[str]:
    """The comments at its head, without their marks."""
    comments = []
    for line in read_lines(path):
        if not line.startswith(";;"):
            break
        comments.append(line[2:].strip())
    return comments
