"""WebVTT subtitles (.vtt): a cue for each turn or part of a sentence, with a voice tag (W3C WebVTT, section 3.1)."""

import html
from collections.abc import Callable, Sequence
from typing import Any

from diarflow.exports.recording import ExportedRecording
from diarflow.timeline.intervals import Seconds
from diarflow.transcripts.cues import Cue, make_cues


def render(recording: ExportedRecording) -> str:
    """Return the subtitles of a recording. Cues of different speakers can overlap."""
    from webvtt import WebVTT

    return WebVTT(captions=captions(recording, voice)).content + "\n"


def voice(speaker: str, lines: Sequence[str]) -> str:
    """Return the text of a cue in the voice of a speaker; without lines it is the name.

    >>> voice("Ann & Bob", ["Yes."]), voice("Ann", [])
    ('<v Ann &amp; Bob>Yes.</v>', '<v Ann>Ann</v>')
    """
    name = html.escape(" ".join(speaker.split()), quote=False)
    text = "\n".join(html.escape(line, quote=False) for line in lines)
    return f"<v {name}>{text or name}</v>" if name else text


def captions(
    recording: ExportedRecording,
    text: Callable[[str, Sequence[str]], str],
    prefix: Callable[[str], str] = lambda speaker: "",
) -> list[Any]:
    """Return a caption of the library webvtt for each cue, with the text that `text(speaker, lines)` returns.

    `prefix(speaker)` is what this text has before the first line. Without a transcript, each turn is a cue without lines.
    """
    from webvtt import Caption

    cues = make_cues(recording.words, prefix) or [
        Cue(turn.start, turn.end, turn.speaker, ()) for turn in recording.turns
    ]
    return [Caption(*_timestamps(cue.start, cue.end), text(cue.speaker, cue.lines)) for cue in cues]


def _timestamps(start: Seconds, end: Seconds) -> tuple[str, str]:
    """Return the timestamps of a cue; players leave out a cue without a duration."""
    first = round(start * 1000)
    return timestamp(first), timestamp(max(round(end * 1000), first + 1))


def timestamp(milliseconds: int) -> str:
    """Return a time as hours, minutes, seconds and milliseconds.

    >>> timestamp(3_725_062)
    '01:02:05.062'
    """
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
