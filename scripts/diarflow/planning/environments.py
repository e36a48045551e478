"""Digests of what an external system consists of besides its command: environments and local models."""

import os
from pathlib import Path

from diarflow.digests import digest

_PACKAGES = "*.dist-info"


def place_digest(place: str) -> str:
    """Return a digest of a file, or of a folder; "" if there is neither, for example for an id on a hub.

    Of a Python environment, the names and versions of its packages count; of another folder, all files.
    """
    path = Path(place)
    if path.is_file():
        return digest(path)
    if not path.is_dir():
        return ""
    packages = sorted(found.name for found in path.glob(f"lib/*/site-packages/{_PACKAGES}"))
    if packages:
        return "\n".join(packages)
    files = sorted(found for found in path.rglob("*") if found.is_file())
    return "\n".join(f"{os.path.relpath(found, path)} {digest(found)}" for found in files)
