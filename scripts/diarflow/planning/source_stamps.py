"""Stamps of audio files: from which file a prepared recording was made, and whether it is still the same.

Stamps are compared for difference, not for order. A file with another time and the same size is compared by content
with the one that was prepared.
"""

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from diarflow.digests import digest
from diarflow.prefix import prefixed
from diarflow.runs.rows import iterate_rows, plan_path

_KEPT_DIGITS = 12  # of SHA-256, in a row


def audio_stamps(corpus: str, id: str, audio: str) -> list[Any]:
    """Return the stamps of a recording's audio for its row.

    A stamp is [size in bytes, time in nanoseconds], and None for a missing file. It remains the one in the present plan
    file while the audio is the file that was prepared. If another file was prepared, its digest follows, so that the
    row differs from all earlier ones.
    """
    try:
        state = os.stat(audio)
    except OSError:
        return [None]
    present = [state.st_size, state.st_mtime_ns]
    prepared = _prepared_source(corpus, id)
    if prepared is None:
        return [present]
    if _is_same(audio, present, prepared):
        last = _last_stamp(corpus, id)
        return [last if last else present]
    return [[*present, str(prepared.get("sha256"))[:_KEPT_DIGITS]]]


def _is_same(audio: str, present: list[int], prepared: dict[str, Any]) -> bool:
    if present == [prepared.get("size"), prepared.get("mtime_ns")]:
        return True
    if present[0] != prepared.get("size"):
        return False
    with suppress(OSError):
        return digest(Path(audio)) == prepared.get("sha256")
    return False


def _prepared_source(corpus: str, id: str) -> dict[str, Any] | None:
    """Return size, time and digest of the file that was prepared; None if there is no prepared audio."""
    content = _read_json(f"results/{corpus}/audio/{id}.json")
    source = content.get("source")
    return source if isinstance(source, dict) and source.get("sha256") else None


def _last_stamp(corpus: str, id: str) -> list[Any] | None:
    path = Path(prefixed(plan_path(corpus)))
    try:
        state = path.stat()
    except OSError:  # of an earlier version
        stamps = _read_json(f"results/{corpus}/recordings/audio/{id}.json").get("stamps")
        return stamps[0] if isinstance(stamps, list) and stamps else None
    return _stamps_in(path, state.st_mtime_ns, state.st_size).get(id)


@lru_cache(maxsize=32)
def _stamps_in(plan_file: Path, mtime_ns: int, size: int) -> dict[str, list[Any]]:
    """Return the stamp of each recording in a plan file of this time and size, except those of missing audio."""
    stamps = ((id, row.get("audio", {}).get("stamps")) for id, row in iterate_rows(plan_file))
    return {id: of_audio[0] for id, of_audio in stamps if of_audio and of_audio[0]}


def _read_json(path: str) -> dict[str, Any]:
    """Return the content of a JSON file; nothing if it is missing or damaged."""
    with suppress(OSError, ValueError), open(prefixed(path), "rb") as file:
        content = json.load(file)
        return content if isinstance(content, dict) else {}
    return {}
