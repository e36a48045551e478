"""Canonical text, file digests and package versions: the parts of a result's provenance."""

import hashlib
import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def canonical(**values: Any) -> str:
    """Return one JSON string for any order of keys and any spelling of a number.

    Snakemake would read `{name}` as a wildcard, so such braces are escaped.

    >>> canonical(window=2.0, hop=0.5) == canonical(hop=0.5, window=2)
    True
    >>> canonical(path="{corpus}/x")
    '{"path": "\\\\u007bcorpus}/x"}'
    """
    text = json.dumps(_normalize(values), sort_keys=True)
    return re.sub(r"\{(?=\s*\w)", r"\\u007b", text)


def _normalize(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _normalize(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normalize(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@cache
def versions(*packages: str) -> dict[str, str]:
    """Return the installed version of each distribution, or "missing".

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
    """Return the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
