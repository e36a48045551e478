"""NIST CTM: the words of a transcript, with their speakers in the last field."""

from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds


def render(recording: ExportedRecording) -> str:
    """Return a line for each word; none without a transcript. The confidence is missing."""
    channels = {turn.speaker: channel for turn, channel in recording.numbered_turns}
    return "".join(
        f"{recording.field} {channels.get(word.speaker, 1)} {format_seconds(word.start)} "
        f"{format_seconds(word.end - word.start)} {as_field(word.text)} NA lex {as_field(word.speaker)}\n"
        for word in recording.words
    )
