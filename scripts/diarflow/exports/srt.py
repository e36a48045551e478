"""SubRip subtitles (.srt): a cue for each turn or part of a sentence, with the name of the speaker."""

from collections.abc import Sequence
from io import StringIO

from diarflow.exports.recording import ExportedRecording
from diarflow.exports.vtt import captions


def render(recording: ExportedRecording) -> str:
    """Return the subtitles of a recording. Cues of different speakers can overlap."""
    from webvtt import WebVTT

    text = StringIO()
    cues = captions(recording, named, _prefix)
    WebVTT(captions=cues).write(text, format="srt", keep_formatting=True)
    return text.getvalue() + ("\n" if cues else "")


def named(speaker: str, lines: Sequence[str]) -> str:
    """Return the text of a cue: the name of the speaker before the lines, or alone.

    >>> named("Ann", ["Yes, I do", "think so."]), named("Ann", [])
    ('Ann: Yes, I do\\nthink so.', 'Ann')
    """
    text = "\n".join(lines)
    return _prefix(speaker) + text if text else speaker


def _prefix(speaker: str) -> str:
    return f"{speaker}: " if speaker else ""
