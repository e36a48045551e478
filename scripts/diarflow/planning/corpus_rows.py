"""Rows of a corpus: from a table, a folder or glob of audio files, or a simulation.

Each row comes with its place ("table.tsv:3"), which messages show.
"""

import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from diarflow.audio import AUDIO_EXTENSIONS, VIDEO_EXTENSIONS
from diarflow.errors import visible
from diarflow.formats.recognition import ENDINGS, GENERAL_ENDINGS
from diarflow.planning.file_listing import (
    Listing,
    by_ending,
    is_in_own_results,
    list_files,
    list_matches,
)
from diarflow.planning.rows import Rows
from diarflow.planning.table_rows import existing_path, table_rows
from diarflow.remote import file_name, is_remote
from diarflow.settings import Corpus

__all__ = ["Rows", "existing_path", "read_rows"]

_ANNOTATION_ENDINGS = {".uem", *ENDINGS}.difference(GENERAL_ENDINGS)  # usual beside audio
_PREFERRED = {".wav": 0, ".flac": 1}
_MOST_REASONS = 6  # shown in a warning


def read_rows(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of a corpus. With `needs_audio`, a table must have a column of audio files.

    Raises InputError if a table cannot be read.
    """
    if source.recordings:
        return table_rows(source.name, source.recordings, needs_audio=needs_audio)
    if source.audio and is_remote(source.audio):
        name = os.path.splitext(file_name(source.audio))[0]
        row = {"recording": name, "audio": source.audio}
        return Rows(rows=[(f"corpus {source.name}", row)])
    if source.audio:
        return _file_rows(source.name, source.audio)
    return _simulated_rows(source.name, source.simulate)


def _file_rows(corpus: str, audio: str) -> Rows:
    """Return a row for each audio file of a folder with its subfolders, or of a glob, readable or not."""
    fixed = audio if os.path.isdir(audio) else re.split(r"[*?\[]", audio, maxsplit=1)[0]
    root = fixed if os.path.isdir(audio) else os.path.dirname(fixed)
    if is_in_own_results(root or "."):
        return Rows(
            problems=[
                f"{audio}: lies in the results of this run (corpus {corpus}); expected a folder elsewhere, or a table"
            ]
        )
    listing = list_files(audio) if os.path.isdir(audio) else list_matches(audio, root)
    ending = os.path.splitext(audio)[1]
    if os.path.isdir(audio) or not ending or re.search(r"[*?\[]", ending):
        paths = [path for path in listing.files if _is_media(path)]
        paths = _without_copies(paths, listing)
    else:  # the files of a pattern with an ending are audio
        paths = listing.files
    left_out = by_ending(sorted(set(listing.files) - set(paths) - set(listing.copies)))
    for annotations in _ANNOTATION_ENDINGS:
        left_out.pop(annotations, None)
    left_out += listing.left_out
    reasons = _counts(left_out)
    if not paths:
        expected = "expected a folder that contains audio files, or a glob that matches some"
        hint = f" (left out: {reasons})" if reasons else ""
        return Rows(problems=[f"{audio}: no audio files (corpus {corpus}); {expected}{hint}"])
    left = f"; left out: {reasons}" if reasons else ""
    result = Rows(warnings=[f"corpus {corpus}: {audio}: taken: {_counts(by_ending(paths))}{left}"])
    for path in map(Path, paths):
        name = os.path.relpath(path.with_suffix(""), root or ".")
        result.rows.append((visible(path), {"recording": name, "audio": str(path)}))
    return result


def _is_media(path: str) -> bool:
    """Return whether a file is audio or video by its ending. Programs in TypeScript share one with transport streams."""
    ending = Path(path).suffix.lower()
    if ending != ".ts":
        return ending in AUDIO_EXTENSIONS
    with suppress(OSError), open(path, "rb") as file:
        return file.read(189)[::188] == b"GG"  # ISO 13818-1: packets of 188 bytes begin with 0x47
    return False


def _counts(kinds: Counter[str]) -> str:
    """Return the most common kinds of files with their numbers, and the number of the others."""
    counts = [f"{what} ({count})" for what, count in kinds.most_common(_MOST_REASONS)]
    if others := kinds.total() - sum(count for _, count in kinds.most_common(_MOST_REASONS)):
        counts.append(f"others ({others})")
    return ", ".join(counts)


def _without_copies(paths: list[str], listing: Listing) -> list[str]:
    """Return one file of each name, WAV or FLAC if possible and video if there is no other, and note the others in `listing`."""
    chosen: dict[str, str] = {}
    for path in sorted(paths, key=_rank):
        if chosen.setdefault(os.path.splitext(path)[0], path) != path:
            listing.copies.append(path)
            listing.left_out["of a name with another ending"] += 1
    copies = set(listing.copies)
    return [path for path in paths if path not in copies]


def _rank(path: str) -> int:
    ending = Path(path).suffix.lower()
    return _PREFERRED.get(ending, 3 if ending in VIDEO_EXTENSIONS else 2)


def _simulated_rows(corpus: str, simulation: Any) -> Rows:
    """Return a row for each conversation that a rule will simulate."""
    speakers = simulation.speakers
    if not os.path.isdir(speakers):
        return Rows(problems=[f"{speakers}: no such folder of speakers (corpus {corpus})"])
    result = Rows()
    for number in range(simulation.conversations):
        path = f"results/{corpus}/simulated/{corpus}-{number:04d}"
        row = {"recording": Path(path).name, "audio": f"{path}.wav", "reference": f"{path}.rttm"}
        result.rows.append((path, row))
    return result
