"""No overlap is looked for: one speaker at a time."""

from collections.abc import Callable
from typing import Any

from diarflow.timeline.intervals import Interval


def load() -> Callable[[Any], list[Interval]]:
    return lambda files: []
