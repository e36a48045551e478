"""NIST RTTM, with the confidence of each turn in its ninth field if it is estimated."""

from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds

_MISSING = "<NA>"


def render(recording: ExportedRecording) -> str:
    """Return a line for each turn."""
    confidences = [f"{value:.4f}" for value in recording.confidences]
    confidences = confidences or [_MISSING] * len(recording.turns)
    return "".join(
        f"SPEAKER {recording.field} {channel} {format_seconds(turn.start)} "
        f"{format_seconds(turn.end - turn.start)} <NA> <NA> {as_field(turn.speaker)} {confidence} <NA>\n"
        for (turn, channel), confidence in zip(recording.numbered_turns, confidences, strict=True)
    )
