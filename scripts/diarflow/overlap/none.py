"""No overlap is looked for: one speaker at a time."""

from collections.abc import Callable

from diarflow.intervals import Interval


def load() -> Callable[[str], list[Interval]]:
    return lambda path: []
