"""Configuration that the command line writes into the folder of a run: `diarflow-NAME.yaml`.

Its head contains the paths that it was written for, by which a later command finds it again, and a digest of the
rest. A file whose digest differs was edited by the user: it is used, and never written again.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from diarflow.atomic import atomic_write
from diarflow.errors import InputError, visible

_PREFIX = "diarflow-"
_TITLE = "# Written by the command `diarflow`. If you edit this file, diarflow uses it as it is."


class OwnFile(NamedTuple):
    """A configuration that diarflow wrote: its path, what it was written for, its text, and whether it was edited."""

    path: Path
    key: list[str]
    body: str
    is_edited: bool

    @property
    def config(self) -> dict[str, Any]:
        """Content of the file. Raises InputError if an edit made it invalid."""
        try:
            content = yaml.safe_load(self.body)
        except yaml.YAMLError as error:
            raise InputError(f"{self.path}: not valid YAML after an edit: {error}") from error
        if not isinstance(content, dict):
            raise InputError(f"{self.path}: expected settings, found {type(content).__name__}")
        return content


def own_files(directory: Path) -> list[OwnFile]:
    """Return the configurations in a folder that diarflow wrote, the newest last."""
    paths = [path for path in directory.glob(f"{_PREFIX}*.yaml") if path.is_file()]
    files = [_read(path) for path in sorted(paths, key=lambda path: path.stat().st_mtime)]
    return [file for file in files if file]


def _read(path: Path) -> OwnFile | None:
    """Read a configuration; None for a file that diarflow did not write."""
    try:
        title, paths, digest, body = path.read_text(encoding="utf-8").split("\n", 3)
        key = json.loads(paths.removeprefix("# for: "))
    except (OSError, ValueError):
        return None
    if title != _TITLE or not isinstance(key, list):
        return None
    return OwnFile(path, key, body, digest != f"# digest: {_digest(body)}")


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]


def save(
    directory: Path,
    key: list[str],
    create: Callable[[], dict[str, Any]],
    change: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    purpose: str = "",
) -> tuple[Path, str]:
    """Write the configuration for `key`, or reuse it. Return its path, and "new", "changed" or "unchanged".

    `change` applies the options of the command line to a configuration. `purpose` ends the name of a new file.
    Raises InputError if an edited file would have to be changed.
    """
    existing = next((file for file in reversed(own_files(directory)) if file.key == key), None)
    if existing:
        config = existing.config
        changed = change(config)
        if changed == config:
            os.utime(existing.path)  # the newest is the one of the last run
            return existing.path, "unchanged"
        if existing.is_edited:
            raise InputError(
                f"{existing.path}: was edited, and the options of this command differ from it; "
                "change it there, or move it away"
            )
        _write(existing.path, key, changed)
        return existing.path, "changed"
    config = change(create())
    path = free_path(directory, config["corpora"][0]["name"] + purpose, ".yaml")
    _write(path, key, config)
    return path, "new"


def free_path(directory: Path, name: str, suffix: str) -> Path:
    """Return the path of a file that does not exist: `diarflow-NAME`, with a number if it is taken."""
    path, number = directory / f"{_PREFIX}{name}{suffix}", 2
    while os.path.lexists(path):
        path, number = directory / f"{_PREFIX}{name}-{number}{suffix}", number + 1
    return path


def other_corpora(directory: Path, paths: list[str]) -> set[str]:
    """Return the names of the corpora in a folder that configurations for other paths have."""
    return {
        corpus["name"]
        for file in own_files(directory)
        if file.key[-len(paths) :] != paths
        for corpus in file.config.get("corpora", ())
    }


def _write(path: Path, key: list[str], config: dict[str, Any]) -> None:
    body = as_yaml(config)
    head = f"{_TITLE}\n# for: {json.dumps(key)}\n# digest: {_digest(body)}\n"
    with atomic_write(path) as temporary:
        temporary.write_text(head + body, encoding="utf-8")


def as_yaml(config: dict[str, Any]) -> str:
    """Return a configuration as YAML, in the order of its keys."""
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=200)


def show(path: Path, state: str, text: str) -> str:
    """Return the lines that show a configuration on the terminal."""
    lines = [f"configuration: {visible(path)} ({state})"]
    return "\n".join([*lines, *(f"  {line}" for line in text.splitlines() if line[:1] != "#")])
