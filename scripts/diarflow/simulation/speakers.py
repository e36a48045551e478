"""Speakers for simulated conversations: folders of audio files. Planning reads them too."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.errors import InputError


def list_speakers(folder) -> dict[str, list[Path]]:
    """Return the audio files of each speaker. Each folder with audio files is a speaker, named by its path.

    Raises InputError if there are no audio files.
    """
    root = Path(folder)
    speakers: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in AUDIO_EXTENSIONS:
            speakers.setdefault(path.parent.relative_to(root).as_posix(), []).append(path)
    if not speakers:
        raise InputError(f"{folder}: no audio files, expected a folder for each speaker")
    return speakers


def select_speakers(
    speakers: dict[str, list[Path]], part: str, leave_out: Collection[str] = ()
) -> dict[str, list[Path]]:
    """Return the speakers of a part, or of all parts if it is "all", without those to leave out.

    Raises InputError if a speaker to leave out does not exist.
    """
    if unknown := set(leave_out) - set(speakers):
        raise InputError(f"simulate.leave_out has {min(unknown)}, expected the folder of a speaker")
    return {
        name: paths
        for name, paths in speakers.items()
        if part in ("all", part_of(name)) and name not in leave_out
    }


def files_stamp(speakers: dict[str, list[Path]]) -> str:
    """Return a digest that changes if a file is added, removed or replaced."""
    state = [
        (name, path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for name, paths in speakers.items()
        for path in paths
    ]
    return hashlib.sha256(repr(state).encode()).hexdigest()[:12]


def part_of(speaker: str) -> str:
    """Return the part of a speaker: train, valid or test (70, 10 and 20 percent).

    It depends on the name only, so no list of speakers has to be kept.

    >>> [part_of(name) for name in ("a/1", "a/2", "a/3", "a/7", "a/16")]
    ['train', 'valid', 'train', 'train', 'train']
    """
    percentile = int(hashlib.sha256(speaker.encode()).hexdigest(), 16) % 100
    return "test" if percentile < 20 else "valid" if percentile < 30 else "train"
