"""Readers of transcripts: JSON of whisperX, faster-whisper, whisper.cpp and others, and CTM."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.text import as_number, read_source_lines, shown
from diarflow.timeline.intervals import Seconds
from diarflow.transcripts.words import TimedText

_EXPECTED = "JSON of whisperX, faster-whisper or whisper.cpp, a JSON list of words with start and end, or CTM"
_TEXTS = ("word", "text", "punctuated_word")
_MILLISECONDS = 1000
_MAX_SIZE = 1 << 30  # bytes
_CTM_FIELDS = 5


def read_transcript(path) -> list[TimedText]:
    """Return the words of a transcript of one recording, in the order of the file.

    Raises InputError if the file cannot be read, has another form, or has times that are no numbers.
    """
    if Path(path).suffix.lower() == ".ctm":
        return list(_ctm(path))
    try:
        if Path(path).stat().st_size > _MAX_SIZE:
            raise InputError(f"{path}: has more than 1 GB, expected a transcript")
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError(f"{path}: is not a transcript, expected {_EXPECTED}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return list(_json(content))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _json(content: Any) -> Iterator[TimedText]:
    if isinstance(content, Mapping) and isinstance(content.get("transcription"), list):
        return _whisper_cpp(content["transcription"])
    entries = content
    if isinstance(content, Mapping):
        lists = (content.get(key) for key in ("segments", "words", "word_segments"))
        entries = next((entries for entries in lists if isinstance(entries, list)), None)
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise InputError(f"contains no list of words or segments, expected {_EXPECTED}")
    if any("words" in entry for entry in entries):
        return _segments(entries)
    # segments without words are units of their own
    is_words = all(" " not in str(_text(entry)).strip() for entry in entries)
    return (
        _word(entry, 0 if is_words else number)
        for number, entry in enumerate(entries)
        if str(_text(entry)).strip()
    )


def _segments(segments: list[Mapping[str, Any]]) -> Iterator[TimedText]:
    """Yield the words of segments (whisperX, faster-whisper, openai-whisper)."""
    for number, segment in enumerate(segments):
        words = segment.get("words") or [segment]
        if not isinstance(words, list) or not all(isinstance(word, Mapping) for word in words):
            raise InputError(f"segment {number}: words are not a list of objects")
        yield from (_word(word, number) for word in words if str(_text(word)).strip())


def _text(entry: Mapping[str, Any]) -> Any:
    return next((entry[key] for key in _TEXTS if entry.get(key) is not None), "")


def _word(entry: Mapping[str, Any], segment: int) -> TimedText:
    return TimedText(
        _time(entry.get("start")), _time(entry.get("end")), str(_text(entry)).strip(), segment
    )


def _time(value: Any) -> Seconds | None:
    """Return a time; None if it is missing, as whisperX writes words that it could not align."""
    if value is None or value == "":
        return None
    number = as_number(str(value))
    if number is None or number < 0:
        raise InputError(f"a time is {shown(str(value))}, expected a number of seconds >= 0")
    return number


def _whisper_cpp(segments: list[Any]) -> Iterator[TimedText]:
    """Yield the words of whisper.cpp: tokens that begin with a space begin a word, `[_BEG_]` and others are marks."""
    for number, segment in enumerate(segments):
        tokens = segment.get("tokens") if isinstance(segment, Mapping) else None
        if not tokens:
            yield _whisper_cpp_word([segment], number)
            continue
        word: list[Mapping[str, Any]] = []
        for token in tokens:
            text = str(token.get("text", ""))
            if text.startswith("[_") and text.endswith("]"):
                continue
            if text.startswith(" ") and word:
                yield _whisper_cpp_word(word, number)
                word = []
            word.append(token)
        if word:
            yield _whisper_cpp_word(word, number)


def _whisper_cpp_word(tokens: list[Mapping[str, Any]], segment: int) -> TimedText:
    offsets = [token.get("offsets") or {} for token in tokens]
    start, end = _time(offsets[0].get("from")), _time(offsets[-1].get("to"))
    return TimedText(
        None if start is None else start / _MILLISECONDS,
        None if end is None else end / _MILLISECONDS,
        "".join(str(token.get("text", "")) for token in tokens).strip(),
        segment,
    )


def _ctm(path) -> Iterator[TimedText]:
    for number, line in enumerate(read_source_lines(path), 1):
        if not line.strip() or line.startswith(";;"):
            continue
        fields = line.split()
        start, duration = (as_number(field) for field in (fields + ["", ""] * 2)[2:4])
        if len(fields) < _CTM_FIELDS or start is None or duration is None:
            raise InputError(
                f"{path}:{number}: {shown(line.strip())}, expected recording, channel, start, duration, word"
            )
        yield TimedText(start, start + duration, fields[4])
