"""Sidecars: the facts about an RTTM, in a JSON file beside it.

RTTM and UEM have no place for them: other tools fail on comments.
"""

import json
from pathlib import Path
from typing import Any

from diarflow.atomic import atomic_write
from diarflow.errors import InputError, visible


def sidecar_path(path) -> Path:
    """Return the path of the sidecar of an RTTM.

    >>> sidecar_path("results/ami/reference/ES2003a.rttm").as_posix()
    'results/ami/reference/ES2003a.json'
    """
    return Path(path).with_suffix(".json")


def write_sidecar(path, **facts: Any) -> None:
    """Write a sidecar to `path`."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(facts, indent=1) + "\n")


def read_sidecar(path) -> dict[str, Any]:
    """Return the facts in the sidecar at `path`; empty if it does not exist.

    Raises InputError if it is damaged.
    """
    try:
        facts = json.loads(Path(path).read_bytes())
        if not isinstance(facts, dict):
            raise ValueError("expected a mapping")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{visible(path)}: damaged: {error}; the next run makes it again"
        ) from error
    return facts
