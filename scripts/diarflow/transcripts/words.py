"""Words with times, and their sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from diarflow.timeline.intervals import Seconds

# also the marks of Chinese and Japanese; quotes and brackets may follow
_SENTENCE_END = re.compile("[.!?\\u2026\\u3002\\uff01\\uff1f][\"'\\u201d\\u2019\\u00bb)\\]]*$")


class Word(NamedTuple):
    """A word with its times. `sentence` is the number of its sentence, `speaker` is "" before the assignment."""

    start: Seconds
    end: Seconds
    text: str
    sentence: int = 0
    speaker: str = ""


class TimedText(NamedTuple):
    """A word as a transcript has it: its times may be missing. `segment` is the number of its segment."""

    start: Seconds | None
    end: Seconds | None
    text: str
    segment: int = 0


def sentences(words: Iterable[Word]) -> list[list[Word]]:
    """Return the words of each sentence, also if words of other sentences are between them.

    >>> [len(sentence) for sentence in sentences([Word(0, 3, "So", 0), Word(1, 2, "Yes.", 1), Word(3, 4, "now.", 0)])]
    [2, 1]
    """
    by_number: dict[int, list[Word]] = {}
    for word in words:
        by_number.setdefault(word.sentence, []).append(word)
    return list(by_number.values())


def sentences_by_speaker(words: Iterable[Word]) -> list[tuple[str, list[Word]]]:
    """Return the speaker and the words of each sentence, by their starts. A sentence of several speakers is divided."""
    parts = [
        (speaker, list(group))
        for sentence in sentences(words)
        for speaker, group in groupby(sentence, key=lambda word: word.speaker)
    ]
    return sorted(parts, key=lambda part: part[1][0].start)


def place_words(texts: Sequence[TimedText]) -> tuple[list[Word], int, int]:
    """Return words with times and sentences, the number of words whose times were interpolated, and of those left out.

    Words without times, or with an end before the start, lie between their neighbours of the same segment, in equal parts. If no word of a segment has
    times, its words are left out. A sentence ends with a full stop, a question mark or an exclamation mark, or with
    its segment.

    >>> words, interpolated, left_out = place_words(
    ...     [TimedText(0.0, 1.0, "in"), TimedText(None, None, "2014"), TimedText(2.0, 2.5, "spring.")]
    ... )
    >>> words[1], interpolated
    (Word(start=1.0, end=2.0, text='2014', sentence=0, speaker=''), 1)
    """
    words: list[Word] = []
    interpolated = left_out = sentence = 0
    for segment in _segments(texts):
        if not any(map(_has_times, segment)):
            left_out += len(segment)
            continue
        for start, end, text in _interpolated(segment):
            words.append(Word(start, end, text.text, sentence))
            interpolated += not _has_times(text)
            sentence += bool(_SENTENCE_END.search(text.text))
        sentence += not _SENTENCE_END.search(segment[-1].text)
    return words, interpolated, left_out


def _segments(texts: Iterable[TimedText]) -> list[list[TimedText]]:
    segments: dict[int, list[TimedText]] = {}
    for text in texts:
        segments.setdefault(text.segment, []).append(text)
    return list(segments.values())


def _has_times(text: TimedText) -> bool:
    return text.start is not None and text.end is not None and text.end >= text.start


def _interpolated(segment: list[TimedText]) -> Iterator[tuple[Seconds, Seconds, TimedText]]:
    """Yield start, end and text of each word of a segment in which at least one word has times."""
    for has_times, group in groupby(enumerate(segment), key=lambda pair: _has_times(pair[1])):
        run = list(group)
        if has_times:
            yield from ((text.start, text.end, text) for _, text in run)  # type: ignore[misc]
            continue
        first, last = run[0][0], run[-1][0]
        before = segment[first - 1].end if first else None
        after = segment[last + 1].start if last + 1 < len(segment) else None
        start = after if before is None else before
        end = before if after is None else after
        assert start is not None and end is not None  # a neighbour has times
        step = max(0.0, end - start) / len(run)
        for number, (_, text) in enumerate(run):
            yield start + number * step, start + (number + 1) * step, text
