"""Turns as JSON: SegLST of meeteval, whisperX, pyannoteAI, lhotse supervisions, or a list of objects with times.

A JSON Lines file, also with gzip, has one object in each line.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.records import RecordFile
from diarflow.formats.text import examples, read_source_lines, shown

ENDINGS = (".json", ".jsonl", ".seglst", ".jsonl.gz", ".json.gz")
_NAMES = ("session_id", "recording_id", "uri", "filename", "audio_filepath", "recording", "file")
_STARTS = ("start", "start_time", "begin", "onset", "offset", "from")
_ENDS = ("end", "end_time", "stop", "to")
_DURATION = "duration"
_SPEAKERS = ("speaker", "speaker_id", "spk", "label")
_LISTS = ("segments", "diarization", "supervisions", "turns", "output")
_MAX_SIZE = 1 << 30  # bytes of a file without compression


def recognizes(head: str, path: str) -> bool:
    """Return whether a file begins like JSON."""
    return head.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def has_speakers(head: str) -> bool:
    """Return whether the head of a file contains a key of speakers, unlike JSON of other content."""
    return any(f'"{key}"' in head for key in _SPEAKERS)


def read(path, selection=None) -> RecordFile:
    """Read the objects of a file. Objects without a speaker are left out.

    Raises InputError if the file is not JSON, or contains no list of turns.
    """
    entries = list(read_objects(path))
    names = [_first(entry, _NAMES) for _, entry in entries]
    is_nameless = not any(name is not None for name in names)
    unit = "line" if _is_lines(path) else "entry"
    file = RecordFile(path, unit=unit, is_nameless=is_nameless)
    keys = _time_keys(path, [entry for _, entry in entries])
    speakers = 0
    for (number, entry), name in zip(entries, names, strict=True):
        name = str(name or "")
        speaker = _first(entry, _SPEAKERS)
        if not (name or is_nameless):
            file.add_problem(number, f"no recording, expected one of {examples(_NAMES)}")
        elif _is_missing(speaker):
            file.add_note(name, number, "segments without a speaker left out")
        else:
            speakers += 1
            start, end = (str(entry.get(key, "")) for key in keys)
            channel = entry.get("channel", "")
            channel = "" if isinstance(channel, list | dict) else str(channel)
            file.add_turn(name, number, start, end, str(speaker), channel=channel, names=keys)
    if entries and not speakers:
        raise InputError(f"{path}: no segment has a speaker, expected {examples(_SPEAKERS)}")
    return file


def _is_missing(speaker: Any) -> bool:
    """Return whether an entry has no speaker: null, white space, or the NaN that pandas writes."""
    return speaker is None or not str(speaker).strip() or speaker != speaker


def _first(entry: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((entry[key] for key in keys if entry.get(key) is not None), None)


def _time_keys(path, entries: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the keys of the start and of the end or the duration."""
    present = set().union(*entries)
    start = next((key for key in _STARTS if key in present), None)
    end = next((key for key in (*_ENDS, _DURATION) if key in present), None)
    if entries and not (start and end):
        raise InputError(
            f"{path}: entries have {examples(sorted(present))}; expected start, end (or duration) and speaker"
        )
    return start or "start", end or "end"


def read_objects(path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with their numbers from 1. Raises InputError if it contains no list of objects."""
    if _is_lines(path):
        for number, text in enumerate(_lines(path), 1):
            if text.strip():
                yield number, _object(path, number, _parsed(path, text, number))
        return
    content = _parsed(path, "\n".join(_lines(path)))
    while isinstance(content, dict):
        key = next((key for key in _LISTS if isinstance(content.get(key), list | dict)), None)
        if key is None:
            raise InputError(
                f"{path}: JSON with {examples(content)}; expected a list of turns, or one of {', '.join(_LISTS)}"
            )
        content = content[key]
    for number, entry in enumerate(content, 1):
        yield number, _object(path, number, entry)


def _object(path, number: int, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InputError(f"{path}: entry {number} is no object, expected start, end and speaker")
    return entry


def _parsed(path, text: str, number: int | None = None) -> Any:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"{path}:{number}" if number else f"{path}:{getattr(error, 'lineno', 1)}"
        raise InputError(
            f"{place}: not JSON ({shown(getattr(error, 'msg', str(error)))})"
        ) from error
    if not isinstance(content, dict | list):
        raise InputError(f"{path}: JSON, but no list of turns")
    return content


def _is_lines(path) -> bool:
    return ".jsonl" in [ending.lower() for ending in Path(path).suffixes[-2:]]


def _lines(path) -> list[str]:
    if not str(path).lower().endswith(".gz"):
        return read_source_lines(path)
    try:
        with gzip.open(path) as file:
            data = file.read(_MAX_SIZE + 1)
        if len(data) > _MAX_SIZE:
            raise InputError(f"{path}: larger than a gigabyte without compression")
        return data.decode().split("\n")
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({shown(str(error), 80)})") from error
