"""Which speakers there are to simulate conversations with; read at planning."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.errors import InputError


def list_speakers(folder) -> dict[str, list[Path]]:
    """Audio files by speaker: every folder that holds audio is a speaker, named by its path.

    Raises InputError where there is none.
    """
    root = Path(folder)
    found: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in AUDIO_EXTENSIONS:
            found.setdefault(path.parent.relative_to(root).as_posix(), []).append(path)
    if not found:
        raise InputError(f"{folder}: no audio files, expected a folder for each speaker")
    return found


def choose(
    speakers: dict[str, list[Path]], part: str, leave_out: Collection[str] = ()
) -> dict[str, list[Path]]:
    """The speakers of a part (all of them where it is "all") but those to leave out.

    Raises InputError where one to leave out is not there.
    """
    if unknown := set(leave_out) - set(speakers):
        raise InputError(f"simulate.leave_out names {min(unknown)}, which is no speaker's folder")
    return {
        name: paths
        for name, paths in speakers.items()
        if part in ("all", part_of(name)) and name not in leave_out
    }


def stamp(speakers: dict[str, list[Path]]) -> str:
    """A digest that changes when a file is added, removed or replaced."""
    state = [
        (name, path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for name, paths in speakers.items()
        for path in paths
    ]
    return hashlib.sha256(repr(state).encode()).hexdigest()[:12]


def part_of(speaker: str) -> str:
    """train, valid or test (70, 10 and 20 percent), by the name alone: so no list has to be kept.

    >>> [part_of(name) for name in ("a/1", "a/2", "a/3", "a/7", "a/16")]
    ['train', 'valid', 'train', 'train', 'train']
    """
    place = int(hashlib.sha256(speaker.encode()).hexdigest(), 16) % 100
    return "test" if place < 20 else "valid" if place < 30 else "train"
