"""No change detection: only pauses separate segments."""

from collections.abc import Callable

from diarflow.changes.peak_picking import Change


def load() -> Callable[..., list[Change]]:
    return lambda **_: []
