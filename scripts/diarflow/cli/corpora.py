"""Corpora from paths on the command line: folders, globs, audio files and tables of recordings."""

import glob
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.errors import InputError, visible
from diarflow.formats.text import examples

TABLE_EXTENSIONS = {".tsv", ".csv", ".txt", ".xlsx"}
CONFIG_EXTENSIONS = {".yaml", ".yml"}
_GLOB = re.compile(r"[*?\[]")


class Sources(NamedTuple):
    """Entries of `corpora` in the configuration, files that a table must list, and notes on files left out."""

    corpora: list[dict[str, Any]]
    files: list[str]
    notes: list[str]


def are_configurations(paths: Sequence[str]) -> bool:
    """Return whether paths are configurations (YAML). Raises InputError for a mixture."""
    kinds = {Path(path).suffix.lower() in CONFIG_EXTENSIONS for path in paths}
    if kinds == {True, False}:
        raise InputError(f"{paths[0]}: expected either configurations (.yaml) or paths of audio")
    return kinds == {True}


def corpora_of(paths: Sequence[str], directory: Path, taken_names: Iterable[str] = ()) -> Sources:
    """Return the corpora of paths, with paths relative to `directory` if they lie in it, and names not in `taken_names`.

    Each folder, glob and table is a corpus of its own. All audio files together are one corpus.
    Raises InputError for a path that does not exist.
    """
    tables = [path for path in paths if _is_table(path)]
    if len(tables) < len(paths):  # a text file beside audio is no table
        tables = [path for path in tables if Path(path).suffix.lower() != ".txt"]
    files = [path for path in paths if os.path.isfile(path) and path not in tables]
    if tables and files:
        raise InputError(
            f"{visible(tables[0])}: a table of recordings cannot be given together with audio files"
        )
    taken, notes = _audio_files(files)
    corpora: list[dict[str, Any]] = []
    for path in paths:
        if path in tables:
            corpora.append({"name": corpus_name(path), "recordings": place(path, directory)})
        elif os.path.isdir(path) or _is_glob(path):
            corpora.append({"name": corpus_name(path), "audio": place(path, directory)})
        elif not os.path.exists(path):
            raise InputError(f"{visible(path)}: does not exist in {os.getcwd()}")
    if len(taken) == 1:
        audio = glob.escape(place(taken[0], directory))
        corpora.append({"name": corpus_name(taken[0]), "audio": audio})
        taken = []
    elif taken:
        folder = os.path.commonpath([os.path.abspath(os.path.dirname(path)) for path in taken])
        corpora.append({"name": corpus_name(folder), "recordings": ""})
    _number_names(corpora, set(taken_names))
    return Sources(corpora, taken, notes)


def _is_glob(path: str) -> bool:
    return bool(_GLOB.search(path)) and not os.path.exists(path)


def _is_table(path: str) -> bool:
    return os.path.isfile(path) and Path(path).suffix.lower() in TABLE_EXTENSIONS


def _audio_files(files: list[str]) -> tuple[list[str], list[str]]:
    """Return the audio files, and a line about others. A single file is taken for audio in any case."""
    if len(files) < 2:
        return files, []
    taken = [path for path in files if Path(path).suffix.lower() in AUDIO_EXTENSIONS]
    if not taken:
        raise InputError(f"{visible(files[0])}: no audio file among {len(files)} files")
    others = [visible(path) for path in files if path not in taken]
    return taken, [f"left out, not audio: {len(others)} ({examples(others)})"] if others else []


def corpus_name(path: str) -> str:
    """Return a name for the corpus of a path: its last part, with only the characters that names of corpora may have.

    >>> corpus_name("/data/Gespräche 2024/"), corpus_name("calls/*/*.wav")
    ('Gesprache-2024', 'calls')
    """
    last = Path(os.path.abspath(path))
    while _is_glob(str(last)):
        last = last.parent
    stem = last.stem if os.path.isfile(path) else last.name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60]
    # the folder results/report belongs to the report, results/records to the records of results
    return f"{name}-corpus" if name in ("", "report", "records") else name


def _number_names(corpora: list[dict[str, Any]], taken: set[str]) -> None:
    for corpus in corpora:
        name, number = corpus["name"], 2
        while corpus["name"] in taken:
            corpus["name"], number = f"{name}-{number}", number + 1
        taken.add(corpus["name"])


def place(path: str, directory: Path) -> str:
    """Return a path for the configuration of a run in `directory`: relative if it lies in this folder, else absolute."""
    absolute = os.path.abspath(path)
    inside = os.path.commonpath([absolute, directory]) == str(directory)
    return os.path.relpath(absolute, directory) if inside else absolute


def table_of(files: Iterable[str]) -> str:
    """Return a table of recordings that lists audio files by absolute paths. Names are unique.

    Raises InputError for a path that a table cannot contain.
    """
    paths = [os.path.abspath(path) for path in files]
    folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    names = [os.path.splitext(os.path.relpath(path, folder))[0] for path in paths]
    rows = ["recording\taudio"]
    for path, name in zip(paths, names, strict=True):
        if visible(path) != path:
            raise InputError(f"{visible(path)}: has characters that a table cannot contain")
        # of files that differ in their ending only, both are recordings
        shown = name if names.count(name) == 1 else os.path.relpath(path, folder)
        rows.append(f"{shown}\t{path}")
    return "\n".join(rows) + "\n"
