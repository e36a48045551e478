"""No overlap detection: one speaker at a time."""

from collections.abc import Callable

from diarflow.timeline.intervals import Interval


def load() -> Callable[..., list[Interval]]:
    return lambda **_: []
