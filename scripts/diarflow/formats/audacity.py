r"""Audacity labels: `start end label`, separated by tabs. A line that begins with "\" has the frequencies of a label."""

from diarflow.formats.records import RecordFile
from diarflow.formats.text import as_number, read_source_lines

ENDINGS = (".txt",)
_FREQUENCIES = "\\"


def recognizes(head: str, path: str) -> bool:
    """Return whether each line begins with two numbers, with decimal points or commas, and tabs."""
    lines = head.split("\n")
    lines = lines[:-1] if len(lines) > 1 else lines
    rows = [
        line.split("\t") for line in lines if line.strip() and not line.startswith(_FREQUENCIES)
    ]
    return bool(rows) and all(
        len(row) >= 2 and all(as_number(_point(text)) is not None for text in row[:2])
        for row in rows
    )


def read(path, selection=None) -> RecordFile:
    """Read the labels with a duration. Labels of points and empty labels are left out."""
    file = RecordFile(path, is_nameless=True)
    for number, text in enumerate(read_source_lines(path), 1):
        if not text.strip():
            continue
        if text.startswith(_FREQUENCIES):
            file.add_note("", number, "frequency ranges left out")
            continue
        start, end, label = (*text.split("\t", 2), "", "")[:3]
        start, end = _point(start), _point(end)
        if not label.strip():
            file.add_note("", number, "labels without text left out")
        elif start == end:
            file.add_note("", number, "labels of points left out")
        else:
            file.add_turn("", number, start, end, label.strip())
    return file


def _point(text: str) -> str:
    return text.strip().replace(",", ".", 1)
