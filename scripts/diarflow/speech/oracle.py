"""The speech of the reference: what a perfect voice activity detection would find."""

from collections.abc import Callable
from typing import Any

from diarflow.formats.rttm import read_turns
from diarflow.timeline.intervals import Interval, union


def load() -> Callable[[Any], list[Interval]]:
    def detect(files) -> list[Interval]:
        turns = read_turns(files.reference)
        return union(Interval(turn.start, turn.end) for turn in turns)

    return detect
