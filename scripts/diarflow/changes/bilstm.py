"""Speaker changes where the scores of the Bi-LSTM have a local maximum."""

from collections.abc import Callable
from typing import Any

from diarflow.artifacts.arrays import read_array, read_times
from diarflow.changes.peak_picking import Change, pick
from diarflow.timeline.intervals import Seconds


def load(
    *, network: str, min_distance: Seconds, prominence: float
) -> Callable[[Any], list[Change]]:
    def find(files) -> list[Change]:
        scores = read_array(files.activations)
        if not len(scores):
            return []
        times = read_times(files.activations)
        return pick(times, scores[:, 0], min_distance=min_distance, prominence=prominence)

    return find
