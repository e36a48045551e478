"""WebVTT subtitles (.vtt): a cue for each turn, whose speaker is a voice tag (W3C WebVTT, section 3.1)."""

import html
from collections.abc import Callable
from typing import Any

from diarflow.exports.recording import ExportedRecording
from diarflow.timeline.intervals import Seconds


def render(recording: ExportedRecording) -> str:
    """Return the subtitles of a recording. Turns that overlap are cues that overlap."""
    from webvtt import WebVTT

    return WebVTT(captions=captions(recording, voice)).content + "\n"


def voice(speaker: str) -> str:
    """Return the text of a cue in the voice of a speaker.

    >>> voice("Ann & Bob")
    '<v Ann &amp; Bob>Ann &amp; Bob</v>'
    """
    name = html.escape(" ".join(speaker.split()), quote=False)
    return f"<v {name}>{name}</v>"


def captions(recording: ExportedRecording, text: Callable[..., str]) -> list[Any]:
    """Return a caption of the library webvtt for each turn, with the text that `text(speaker=...)` returns."""
    from webvtt import Caption

    return [
        Caption(timestamp(turn.start), timestamp(turn.end), text(speaker=turn.speaker))
        for turn in recording.turns
    ]


def timestamp(seconds: Seconds) -> str:
    """Return a time as hours, minutes, seconds and milliseconds.

    >>> timestamp(3725.0625)
    '01:02:05.062'
    """
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
