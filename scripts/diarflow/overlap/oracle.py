"""The overlap of the reference: what a perfect overlap detection would find."""

from collections.abc import Callable
from typing import Any

from diarflow.formats.rttm import read_turns
from diarflow.timeline.activity import states
from diarflow.timeline.intervals import Interval, union


def load() -> Callable[[Any], list[Interval]]:
    def detect(files) -> list[Interval]:
        said = states(read_turns(files.reference), 0.0)
        return union(Interval(start, end) for start, end, who in said if len(who) > 1)

    return detect
