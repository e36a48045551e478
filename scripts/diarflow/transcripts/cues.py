"""Cues of subtitles, from words with speakers."""

import textwrap
from collections.abc import Callable, Iterable
from typing import NamedTuple

from diarflow.timeline.intervals import Seconds
from diarflow.transcripts.words import Word, sentences_by_speaker

MAX_DURATION: Seconds = 7.0
LINE_LENGTH = 42  # characters
MAX_LINES = 2


class Cue(NamedTuple):
    """Text of one speaker that is shown at once, in at most two lines if its words are not too long."""

    start: Seconds
    end: Seconds
    speaker: str
    lines: tuple[str, ...]


def make_cues(
    words: Iterable[Word], prefix: Callable[[str], str] = lambda speaker: ""
) -> list[Cue]:
    """Return the cues of words by their starts. A cue has words of one speaker and one sentence.

    The first line of a cue has room for `prefix(speaker)`, which is not part of it.

    >>> make_cues([Word(0.0, 0.5, "Yes.", 0, "Ann"), Word(0.6, 1.0, "No.", 1, "Bob")])[1]
    Cue(start=0.6, end=1.0, speaker='Bob', lines=('No.',))
    """
    cues: list[Cue] = []
    for speaker, sentence in sentences_by_speaker(words):
        room = prefix(speaker)
        part: list[Word] = []
        for word in sentence:
            is_long = word.end - part[0].start > MAX_DURATION if part else False
            if part and (is_long or len(_lines([*part, word], room)) > MAX_LINES):
                cues.append(_cue(part, speaker, room))
                part = []
            part.append(word)
        cues.append(_cue(part, speaker, room))
    return sorted(cues, key=lambda cue: cue.start)


def _cue(words: list[Word], speaker: str, room: str) -> Cue:
    end = max(word.end for word in words)
    return Cue(
        words[0].start, max(end, words[0].start + 0.001), speaker, tuple(_lines(words, room))
    )


def _lines(words: list[Word], room: str) -> list[str]:
    text = " ".join(word.text for word in words)
    first, *others = textwrap.wrap(
        text, LINE_LENGTH, initial_indent=room, break_long_words=False, break_on_hyphens=False
    ) or [room]
    return [first[len(room) :], *others]
