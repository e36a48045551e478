"""No change is looked for: the pauses alone separate the speakers."""

from collections.abc import Callable

from diarflow.changes.peaks import Change


def load() -> Callable[[str], list[Change]]:
    return lambda path: []
