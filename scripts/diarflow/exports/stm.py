"""NIST STM: a segment for each turn or sentence."""

from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds


def render(recording: ExportedRecording) -> str:
    """Return the segments of a recording."""
    lines = (
        f"{recording.field} {part.channel} {as_field(part.speaker)} "
        f"{format_seconds(part.start)} {format_seconds(part.end)} {part.text}"
        for part in recording.utterances
    )
    return "".join(line.rstrip() + "\n" for line in lines)
