"""What a result depends on beside its inputs, as one string: settings, code, libraries, models.

Snakemake compares a rule's params as a set of values without their names, and sees neither the modules
a script imports nor an upgraded library. One canonical string holds all of it, so that a rule runs again
exactly when something that can change its result has changed.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
# Followed no further: they carry a job out, and cannot change what it computes. The `__init__` of a
# subpackage is only its list of backends.
MACHINERY = {
    "backends",
    "corpora",
    "errors",
    "files",
    "jobs",
    "ledger",
    "lineage",
    "plan",
    "settings",
    "stages",
}


def canonical(**facts: Any) -> str:
    """One string for any order of keys and any spelling of a number, without what looks like a wildcard.

    >>> canonical(window=2.0, hop=0.5) == canonical(hop=0.5, window=2)
    True
    >>> canonical(path="{corpus}/x")
    '{"path": "\\\\u007bcorpus}/x"}'
    """
    text = json.dumps(_normal(facts), sort_keys=True)
    return re.sub(r"\{(?=\s*\w)", r"\\u007b", text)


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@cache
def revision(*sources: Path) -> str:
    """Digest of source files and what they import of this package, blind to comments and docstrings."""
    trees: dict[Path, str] = {}
    todo = [Path(source) for source in sources]
    while todo:
        path = todo.pop()
        if path not in trees:
            trees[path], modules = _read(path.read_text())
            todo += _files(modules)
    return hashlib.sha256("\n".join(trees[path] for path in sorted(trees)).encode()).hexdigest()[
        :12
    ]


@cache
def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """A module without comments and docstrings, and what it imports of this package."""
    tree = ast.parse(text)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    own = sorted(name for name in names if name.startswith("diarflow."))
    return _without_docstrings(tree), tuple(own)


def _files(modules: Iterable[str]) -> list[Path]:
    """Files of modules of this package, machinery left out."""
    parts = (name.split(".")[1:] for name in modules)
    return [
        path
        for part in parts
        if part[0] not in MACHINERY
        and (path := PACKAGE.joinpath(*part).with_suffix(".py")).exists()
    ]


def _without_docstrings(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@cache
def versions(*packages: str) -> dict[str, str]:
    """Installed versions by distribution; "missing" where one is not installed.

    >>> versions("no-such-distribution")
    {'no-such-distribution': 'missing'}
    """
    return {package: _version(package) for package in packages}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


@cache
def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
