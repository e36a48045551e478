"""Facts of prepared audio: the JSON file beside it, and the check of the length.

This module imports no library, because planning uses it.
"""

import json
import os
from pathlib import Path
from typing import Any

from diarflow.errors import InputError, visible

_HEAD = 4096  # bytes of a WAV file that contain the header of its data
# of a FLAC file: 20 bits rate, 3 bits channels, 5 bits width, 36 bits number of samples
_FLAC_COUNT = slice(18, 26)


def facts_path(path) -> Path:
    """Return the path of the facts of prepared audio.

    >>> facts_path("results/ami/audio/ES2003a.wav").as_posix()
    'results/ami/audio/ES2003a.json'
    """
    return Path(path).with_suffix(".json")


def write_facts(path, facts: dict[str, Any]) -> None:
    """Write the facts of prepared audio to a JSON file."""
    Path(path).write_text(json.dumps(facts, indent=1) + "\n")


def read_facts(path) -> dict[str, Any]:
    """Return the facts of prepared audio at `path`; empty if it has none.

    Raises InputError if they are damaged.
    """
    beside = facts_path(path)
    try:
        facts = json.loads(beside.read_bytes())
        if not isinstance(facts, dict) or not isinstance(facts.get("samples"), int):
            raise ValueError("samples is missing")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{visible(beside)}: damaged: {error}; the next run makes it again"
        ) from error
    return facts


def read_note(path) -> str:
    """Return the notes on prepared audio: truncation, gaps, mixing; usually empty."""
    return " ".join(read_facts(path).get("notes", []))


def header_samples(path) -> int:
    """Return the number of samples of a WAV or FLAC file of prepared audio, by its header.

    An empty FLAC file has no samples. Raises InputError if the header is damaged or a WAV file is shorter than its
    header states.
    """
    descriptor = os.open(
        path, os.O_RDONLY
    )  # planning calls this for each recording: `open` is slower
    try:
        head, size = os.read(descriptor, _HEAD), os.fstat(descriptor).st_size
    except IsADirectoryError as error:
        raise _damaged(path, "a directory") from error
    finally:
        os.close(descriptor)
    if head[:4] == b"fLaC" and len(head) >= _FLAC_COUNT.stop:
        return int.from_bytes(head[_FLAC_COUNT], "big") & (2**36 - 1)
    if not head and str(path).endswith(".flac"):
        return 0
    offset = _data_offset(head)
    if offset is None:
        raise _damaged(path, f"not a {'FLAC' if str(path).endswith('.flac') else 'WAV'} file")
    width = int.from_bytes(head[32:34], "little") or 2  # bytes of a sample
    declared = int.from_bytes(head[offset - 4 : offset], "little")
    if declared > size - offset:
        present = max(size - offset, 0)
        raise _damaged(path, f"{present // width} of {declared // width} samples")
    return declared // width


def _data_offset(head: bytes) -> int | None:
    if head[:4] != b"RIFF" or head[8:16] != b"WAVEfmt ":
        return None
    offset = 12
    while offset + 8 <= len(head):
        if head[offset : offset + 4] == b"data":
            return offset + 8
        length = int.from_bytes(head[offset + 4 : offset + 8], "little")
        offset += 8 + length + length % 2
    return None


def check_prepared(path) -> int:
    """Return the number of samples of prepared audio.

    Raises InputError if its header, its size and its facts disagree.
    """
    samples, facts = header_samples(path), read_facts(path)
    expected = facts.get("samples", samples)
    if samples != expected:
        raise _damaged(path, f"{samples} of {expected} samples")
    if file := facts.get("file"):
        size = os.stat(path).st_size
        if size != file["bytes"]:
            raise _damaged(path, f"{size} of {file['bytes']} bytes")
    return samples


def prepared_path(path) -> Path:
    """Return the path of the prepared audio whose facts are at `path`.

    >>> prepared_path("results/ami/audio/ES2003a.json").as_posix()
    'results/ami/audio/ES2003a.wav'
    """
    format = read_facts(path).get("file", {}).get("format", "wav")
    return Path(path).with_suffix(f".{format}")


def _damaged(path, reason: str) -> InputError:
    return InputError(f"{visible(path)}: damaged: {reason}; the next run makes it again")
