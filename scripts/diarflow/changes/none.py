"""No change is looked for: the pauses alone separate the speakers."""

from collections.abc import Callable
from typing import Any

from diarflow.changes.peak_picking import Change


def load() -> Callable[[Any], list[Change]]:
    return lambda files: []
