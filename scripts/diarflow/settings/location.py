"""Location of a key in YAML files, for messages."""

import os
from functools import lru_cache
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def locate(path: tuple, files: list[str], value: Any = None) -> str:
    """Return "file:line: " of a key, or "" if no file contains it.

    The last of `files` that contains the key counts. If none does, it is the file with the longest part of the
    path. A file that gives the key another value than `value` is skipped: the value came from elsewhere,
    such as --config.
    """
    best, best_depth = "", 0
    for file in files:
        try:
            node = _compose(file, os.stat(file).st_mtime_ns)
        except (OSError, ValueError, yaml.YAMLError):
            continue
        line, depth, text = _find(node, path)
        if depth == len(path) and not _can_be(text, value):
            continue
        if depth and depth >= best_depth:
            best, best_depth = f"{file}:{line}: ", depth
    return best


def with_location(message: str, files: list[str]) -> str:
    """Return a message that begins with a key, with the location of the key before it."""
    block, _, key = message.split(" ", 1)[0].rstrip(":").partition(".")
    # the keys of a search contain dots: tuning.mine.search.clustering.Fb
    return locate((block, *key.split(".", 2 if block == "tuning" else -1)), files) + message


@lru_cache(maxsize=4)
def _compose(file: str, time: int) -> Any:
    """Return the nodes of a file that had this modification time."""
    with open(file, encoding="utf-8") as stream:
        return yaml.compose(stream, Loader=_LOADER)


def _find(node: Any, path: tuple) -> tuple[int, int, str | None]:
    """Return the line and the depth of the longest part of `path` in a file, and its text if it is a scalar."""
    line, depth = 0, 0
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                break
            key, node = pairs[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                break
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
        depth += 1
    return line, depth, node.value if isinstance(node, yaml.ScalarNode) else None


def _can_be(text: str | None, value: Any) -> bool:
    """Return whether a scalar of a file can be `value`. Lists, mappings and NaN are not compared."""
    if text is None or value is None or value != value or isinstance(value, list | dict):
        return True
    try:
        return text == str(value) or yaml.safe_load(text) == value
    except (ValueError, yaml.YAMLError):
        return False
