"""NIST STM: a segment for each turn, without a transcript."""

from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds

_CHANNEL = "1"


def render(recording: ExportedRecording) -> str:
    """Return the segments of a recording."""
    return "".join(
        f"{recording.field} {_CHANNEL} {as_field(turn.speaker)} {format_seconds(turn.start)} {format_seconds(turn.end)}\n"
        for turn in recording.turns
    )
