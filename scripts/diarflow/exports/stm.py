"""NIST STM: a segment for each turn, without a transcript."""

from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds


def render(recording: ExportedRecording) -> str:
    """Return the segments of a recording."""
    return "".join(
        f"{recording.field} {channel} {as_field(turn.speaker)} {format_seconds(turn.start)} {format_seconds(turn.end)}\n"
        for turn, channel in recording.numbered_turns
    )
