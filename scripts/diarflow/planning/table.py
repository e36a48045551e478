"""Recordings of all corpora, from the rows of their tables.

All mistakes are collected and reported together, a line each: file, line, value, expected value.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.text import possible_names
from diarflow.planning.corpus_rows import read_rows
from diarflow.planning.recording import MADE_BY_RULES, Recording, safe_id
from diarflow.planning.reference_digests import unmatched_names
from diarflow.settings import Corpus


@dataclass(frozen=True)
class CorpusNeeds:
    """Inputs of the systems of a corpus: the audio, and the RTTM of imported systems (name, path)."""

    audio: bool = True
    rttm: tuple[tuple[str, str], ...] = ()


def read_corpora(
    sources: Iterable[Corpus], needs: Mapping[str, CorpusNeeds] | None = None
) -> tuple[list[Recording], list[str]]:
    """Return the recordings of all corpora, and warnings.

    `needs` maps the name of a corpus to what its systems read; by default they read the audio.
    Raises InputError with a line for each mistake.
    """
    recordings: list[Recording] = []
    warnings: list[str] = []
    problems: list[str] = []
    for source in sources:
        try:
            of_corpus, of_corpus_warnings = read_corpus(
                source, (needs or {}).get(source.name, CorpusNeeds())
            )
        except InputError as error:
            problems.append(str(error))
            continue
        recordings += of_corpus
        warnings += of_corpus_warnings
    if problems:
        raise InputError.of(problems)
    return recordings, warnings


def read_corpus(
    source: Corpus, needs: CorpusNeeds = CorpusNeeds()
) -> tuple[list[Recording], list[str]]:
    """Return the recordings of a corpus, and warnings. Raises InputError with a line for each mistake."""
    table = read_rows(source, needs_audio=needs.audio)
    problems = [*table.problems, *_missing_files(source, needs)]
    recordings: list[Recording] = []
    first_place: dict[str, str] = {}
    id_place: dict[str, str] = {}
    for place, row in table.rows:
        name = row.get("recording", "")
        if name and name in first_place:
            problems.append(
                f"{place}: recording {name} appears twice, first in {first_place[name]}"
            )
        first_place.setdefault(name, place)
        for recording in _recordings(source, needs, place, row, problems):
            first = id_place.setdefault(recording.id, place)
            if first != place and first_place[name] == place:
                problems.append(f"{place}: id {recording.id} appears twice, first in {first}")
            recordings.append(recording)
    if not table.rows and not problems:
        problems.append(f"{source.recordings or source.audio}: no recordings of {source.name}")
    if problems:
        raise InputError.of(problems)
    return recordings, table.warnings


def warn_of_unmatched_names(recordings: Iterable[Recording]) -> list[str]:
    """Return a warning for each reference that names recordings which no table lists."""
    names: dict[str, set[str]] = {}
    for recording in recordings:
        if recording.reference:
            known = possible_names(recording.id, recording.name)
            names.setdefault(recording.reference, set()).update(known)
    return unmatched_names(names)


def _missing_files(source: Corpus, needs: CorpusNeeds) -> list[str]:
    """Return a line for each file or folder of the whole corpus that does not exist."""
    problems = [
        f"systems.{system}.rttm: {path} does not exist (corpus {source.name})"
        for system, path in needs.rttm
        if not os.path.exists(path)
    ]
    problems += [
        f"corpus {source.name}: {column} {path} does not exist"
        for column, path in (("reference", source.reference), ("uem", source.uem))
        if path and not os.path.exists(path)
    ]
    return problems


def _recordings(
    source: Corpus,
    needs: CorpusNeeds,
    place: str,
    row: dict[str, str],
    problems: list[str],
) -> list[Recording]:
    """Return the recording of a row, or one for each of its channels; none if the row has mistakes."""
    before = len(problems)
    name, audio = row.get("recording", ""), row.get("audio", "")
    if not name:
        problems.append(f"{place}: no recording, expected an id")
    if not audio and needs.audio:
        problems.append(f"{place}: no audio, expected the path of a file")
    elif source.recordings and needs.audio and not _is_file(audio):
        problems.append(f"{place}: audio {audio} {_file_problem(audio)}")
    for column in ("reference", "uem"):
        path = row.get(column)
        if path and not _is_file(path):
            problems.append(f"{place}: {column} {path} {_file_problem(path)}")
    channel = _parse_channel(row.get("channel") or source.channel, place, problems)
    speakers = _parse_speaker_counts(row, place, problems)
    if len(problems) > before:
        return []
    fields: dict[str, Any] = {
        "corpus": source.name,
        "name": name,
        "audio": audio if needs.audio else None,
        "reference": row.get("reference") or _in_folder(source.reference, name, "reference"),
        "uem": row.get("uem") or _in_folder(source.uem, name, "uem"),
        "rttm": tuple((system, _imported_rttm(path, name)) for system, path in needs.rttm),
        **speakers,
    }
    if channel != "each":
        return [Recording(id=safe_id(name), channel=channel, **fields)]
    return [
        Recording(id=f"{safe_id(name)}_ch{number}", channel=number, each=True, **fields)
        for number in range(1, _channel_count(fields["audio"]) + 1)
    ]


def _is_file(path: str) -> bool:
    return os.path.isfile(path) or path.startswith(MADE_BY_RULES)


def _file_problem(path: str) -> str:
    """Return why a path is not the file that a table expects."""
    if os.path.isdir(path):
        return "is a folder, expected a file"
    return "is not a regular file, expected a file" if os.path.lexists(path) else "does not exist"


def _imported_rttm(path: str, name: str) -> str:
    """Return a system's single RTTM, or the path of this recording's in its folder, whether it exists or not."""
    return os.path.join(path, f"{name}.rttm") if os.path.isdir(path) else path


def _in_folder(path: str | None, name: str, kind: str) -> str | None:
    """Return a corpus's single file of annotations, or this recording's in its folder, if it exists."""
    if path is None or not os.path.isdir(path):
        return path
    extensions = (".rttm", ".csv") if kind == "reference" else (".uem",)
    candidates = (os.path.join(path, name + extension) for extension in extensions)
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)


def _parse_channel(value: int | str, place: str, problems: list[str]) -> int | str:
    text = str(value)
    if text in ("mix", "each"):
        return text
    if text.isascii() and text.isdigit() and int(text) >= 1:
        return int(text)
    problems.append(f"{place}: channel is {text}, expected mix, each, or a number from 1")
    return "mix"


def _channel_count(audio: str | None) -> int:
    """Return the number of channels; 1 for a file that cannot be read, which its job sets aside."""
    if audio is None:
        return 1
    from diarflow.audio.decode import channel_count

    try:
        return channel_count(audio)
    except InputError:
        return 1


def _parse_speaker_counts(
    row: dict[str, str], place: str, problems: list[str]
) -> dict[str, int | None]:
    counts: dict[str, int | None] = {}
    for column in ("num_speakers", "min_speakers", "max_speakers"):
        text = row.get(column, "")
        counts[column] = None
        if not text:
            continue
        digits = text.removesuffix(".0")  # spreadsheets write 2.0 in a column with empty cells
        if digits.isascii() and digits.isdigit() and int(digits) >= 1:
            counts[column] = int(digits)
        else:
            problems.append(f"{place}: {column} is {text}, expected an integer >= 1")
    for smaller, larger in (
        ("min_speakers", "max_speakers"),
        ("min_speakers", "num_speakers"),
        ("num_speakers", "max_speakers"),
    ):
        low, high = counts[smaller], counts[larger]
        if low and high and low > high:
            problems.append(f"{place}: {smaller} is {low}, more than {larger} {high}")
    return counts
