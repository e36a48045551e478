"""Digests of the lines that a file of annotations holds for each recording.

A reference or a UEM may hold many recordings. A changed line must re-run its own recording only. Lines are assigned
to recordings by the functions that the jobs use.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from diarflow.errors import EXAMPLES, InputError
from diarflow.formats.names import NameIndex, shared_forms
from diarflow.formats.recognition import is_single, read_annotation_file
from diarflow.formats.records import NAMELESS, NamelessIndex
from diarflow.formats.text import counted, examples
from diarflow.formats.tiers import ALL_TIERS, TierSelection
from diarflow.formats.uem import read_uem_lines
from diarflow.scoring.recording_lines import RecordingLines


class FileDigests(NamedTuple):
    """Names in a file of annotations, a digest of the lines of each, and the reason if it cannot be read.

    A file without recording names (`is_nameless`) has one digest, of the name "".
    """

    names: NameIndex
    by_name: dict[str, str]
    error: str = ""
    is_nameless: bool = False


@cache
def file_digests(path: str, kind: str, selection: TierSelection = ALL_TIERS) -> FileDigests:
    """Return the names and digests of a file of a kind ("reference", "rttm" or "uem").

    Lines are not validated. The jobs report what is wrong with the lines of their recording. A file of a format that is
    always of one recording, and takes long to read, has a digest of its content.
    """
    try:
        if kind != "uem" and is_single(path):
            return FileDigests(NamelessIndex(), {NAMELESS: _content_digest(path)}, is_nameless=True)
        is_uem = kind == "uem"
        file = read_uem_lines(path) if is_uem else read_annotation_file(path, selection)
    except InputError as error:
        return FileDigests(NameIndex([]), {}, str(error))
    digests = {name: file.digest(name) for name in file.lines}
    return FileDigests(file.index, digests, is_nameless=file.is_nameless)


def _content_digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


_MOST_CHECKED = (
    10  # files that take long to read; a wrong selection of tiers shows in the first ones
)
_NO_LINES = {"absent", "unreadable", "empty", "ambiguous", "none"}


def lines_digest(path: str, kind: str, recording: RecordingLines) -> str:
    """Return a digest of the recording's lines in a file, or why it has none."""
    if not os.path.lexists(path):
        return "absent"
    digests = file_digests(path, kind, recording.selection)
    if digests.error:
        return "unreadable"
    if digests.is_nameless and not recording.is_own:
        return "ambiguous"
    if not digests.names.names:
        return "empty"
    try:
        names = digests.names.find(recording.id, recording.name, recording.shared)
    except InputError:
        return "ambiguous"
    return " ".join(digests.by_name[name] for name in names) or "none"


def has_lines(path: str, kind: str, recording: RecordingLines) -> bool:
    """Return whether a file has lines of the recording."""
    return lines_digest(path, kind, recording) not in _NO_LINES


class FileUsers:
    """Recordings of a corpus by the files of annotations that they use."""

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, str]] = {}
        self._names: dict[str, set[str]] = {}
        self._shared: dict[str, set[str]] = {}

    def add(self, path: str, id: str, name: str) -> None:
        """Add a recording that uses a file."""
        self._ids.setdefault(path, {})[id] = name
        self._names.setdefault(path, set()).add(name)

    def is_own(self, path: str) -> bool:
        """Return whether a single row of the table uses a file."""
        return len(self._names.get(path, ())) < 2

    def shared(self, path: str) -> set[str]:
        """Return the normal names that may mean several of the recordings which use a file."""
        if path not in self._shared:
            self._shared[path] = shared_forms(self._ids.get(path, {}))
        return self._shared[path]


def annotation_warnings(files: Mapping[tuple[str, str], Iterable[RecordingLines]]) -> list[str]:
    """Return warnings about files of an unknown format, and about files that name recordings which no table lists.

    `files` maps path and kind of a file to the recordings that use it.
    """
    unreadable, unmatched = [], []
    checked = 0
    for (path, kind), users in files.items():
        recordings = list(users)
        digests = file_digests(path, kind, recordings[0].selection)
        error = digests.error
        if kind != "uem" and not error and checked < _MOST_CHECKED and is_single(path):
            checked += 1
            error = _reading_error(path, recordings[0].selection)
        if error:
            unreadable.append(error.split("\n")[0])
            continue
        if digests.is_nameless and not recordings[0].is_own:
            names = examples(dict.fromkeys(recording.name for recording in recordings))
            unreadable.append(
                f"{path}: contains no recording names, but {names} use it; expected a file for each"
            )
            continue
        used = set()
        for recording in recordings:
            try:
                used.update(digests.names.find(recording.id, recording.name, recording.shared))
            except InputError:
                used.update(digests.names.names)  # the job reports it
        if kind != "uem" and (others := sorted(set(digests.names.names) - used)):
            unmatched.append(f"{path}: no table lists these recordings of it: {examples(others)}")
    return [
        *_bounded(unreadable, "of annotations that cannot be read"),
        *_bounded(unmatched, "with recordings that no table lists"),
    ]


def _reading_error(path: str, selection: TierSelection) -> str:
    """Return why a file cannot be read, for example for want of the selected tiers, or ""."""
    try:
        read_annotation_file(path, selection)
    except InputError as error:
        return str(error)
    return ""


def _bounded(lines: list[str], rest: str) -> list[str]:
    more = len(lines) - EXAMPLES
    return lines[:EXAMPLES] + ([f"{counted(more, 'more file')} {rest}"] if more > 0 else [])
