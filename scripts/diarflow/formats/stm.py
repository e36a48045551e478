"""STM, the segments of NIST's speech recognition scoring: `recording channel speaker start end <label> transcript`."""

from diarflow.formats.records import RecordFile
from diarflow.formats.text import as_number, read_source_lines

ENDINGS = (".stm",)
_FIELDS = 5
_PAUSES = {"inter_segment_gap", "intersegment_gap"}
_UNSCORED = {"ignore_time_segment_in_scoring"}


def recognizes(head: str, path: str) -> bool:
    """Return whether the fourth and fifth field of each line are times."""
    rows = content_rows(head)
    return bool(rows) and all(
        len(row) >= _FIELDS and is_time(row[3]) and is_time(row[4]) for row in rows
    )


def read(path, selection=None) -> RecordFile:
    """Read the segments. Gaps are left out; segments to be ignored in scoring are unscored intervals."""
    file = RecordFile(path)
    for number, text in enumerate(read_source_lines(path), 1):
        if not (text := text.strip()) or text.startswith(";;"):
            continue
        fields = text.split()
        if len(fields) < _FIELDS:
            file.add_problem(number, f"{len(fields)} fields, expected at least {_FIELDS} of STM")
            continue
        name, channel, speaker, start, end = fields[:_FIELDS]
        if speaker.lower() in _PAUSES:
            file.add_note(name, number, "gaps of STM left out")
        elif any(field.lower() in _UNSCORED for field in fields[_FIELDS:]):
            file.add_unscored(name, number, start, end, channel)
        else:
            file.add_turn(name, number, start, end, speaker, channel=channel)
    return file


def content_rows(head: str) -> list[list[str]]:
    """Return the fields of the lines in the head of a file, without comments and without a last line that may be cut."""
    lines = head.split("\n")
    lines = lines[:-1] if len(lines) > 1 else lines
    texts = (line.strip() for line in lines)
    return [text.split() for text in texts if text and not text.startswith((";;", "#"))]


def is_time(text: str) -> bool:
    """Return whether a field is a number of seconds."""
    return as_number(text) is not None
