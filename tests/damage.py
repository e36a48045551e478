"""Six kinds of damage to a file."""

import random
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest


def _other_version(path: Path) -> None:
    """Write what a later version of the project may write: another table, array, object or text."""
    path.write_bytes(b'{"version": 99, "columns": ["begin", "finish"]}\n')


def _half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _random(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(path.stat().st_size))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "notes.txt").write_text("of the user\n")


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "half": _half,
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "random": _random,
    "folder": _folder,
    "other version": _other_version,
}


def one_of(names: Iterable[str], fast: str) -> list:
    """Return parameters of a test: `fast` for all runs, the other names for the slow tests."""
    return [pytest.param(name, marks=[] if name == fast else pytest.mark.slow) for name in names]


def damaged_in_turn(names: Iterable[str]) -> list:
    """Return parameters of a test: each name with each kind of damage. All but one kind for a name are slow tests."""
    return [
        pytest.param(name, damage, marks=[] if number % len(DAMAGES) == index else pytest.mark.slow)
        for number, name in enumerate(names)
        for index, damage in enumerate(DAMAGES)
    ]


def damage_in_turn(paths: Iterable[Path], first: int) -> None:
    """Damage the first file in the kind number `first`, the next file in the next kind, and so on."""
    for number, path in enumerate(paths, first):
        list(DAMAGES.values())[number % len(DAMAGES)](path)


def restore(copy: Path, folder: Path) -> None:
    """Replace a folder by a copy of it, as a backup does: files get their old times."""
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
