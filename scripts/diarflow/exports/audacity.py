"""Audacity labels: start, end and speaker of each turn, separated by tabs."""

from diarflow.exports.recording import ExportedRecording


def render(recording: ExportedRecording) -> str:
    """Return the labels of a recording."""
    return "".join(
        f"{turn.start:.6f}\t{turn.end:.6f}\t{turn.speaker}\n" for turn in recording.turns
    )
