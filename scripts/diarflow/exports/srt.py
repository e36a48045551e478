"""SubRip subtitles (.srt): a cue for each turn, with the name of the speaker."""

from io import StringIO

from diarflow.exports.recording import ExportedRecording
from diarflow.exports.vtt import captions


def render(recording: ExportedRecording) -> str:
    """Return the subtitles of a recording. Turns that overlap are cues that overlap."""
    from webvtt import WebVTT

    text = StringIO()
    cues = captions(recording, "{speaker}".format)
    WebVTT(captions=cues).write(text, format="srt", keep_formatting=True)
    return text.getvalue() + ("\n" if cues else "")
