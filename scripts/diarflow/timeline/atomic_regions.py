"""A recording cut at every border of reference, hypothesis and scored stretches.

Within such a cell nobody starts or stops, so that what is counted there is counted once: pyannote.metrics
and md-eval do the same. Time is linear in the number of turns, where pyannote.metrics' is quadratic.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Interval, Seconds, Turn, union

TOUCHING: Seconds = (
    1e-6  # turns that are no further apart touch: 0.7 + 0.1 s is a hair before 0.8 s
)


class Cells(NamedTuple):
    """The scored stretches as cells.

    `start`, `end` and `duration` (cells,) in seconds; who is active, `reference` (cells, speakers) and `hypothesis`
    (cells, clusters); `collar` (cells,): near a border of the reference; `speakers` and `clusters`: names.
    """

    start: np.ndarray
    end: np.ndarray
    duration: np.ndarray
    reference: np.ndarray
    hypothesis: np.ndarray
    collar: np.ndarray
    speakers: list[str]
    clusters: list[str]


def cut(
    reference: Iterable[Turn],
    hypothesis: Iterable[Turn],
    extent: Iterable[Interval],
    *,
    collar_each_side: Seconds = 0.0,
) -> Cells:
    """Cut a recording; overlapping or touching turns of one speaker are merged before.

    >>> cells = cut([Turn(0, 3, "Ann"), Turn(2, 4, "Bob")], [Turn(1, 3, "x")], [Interval(0, 4)])
    >>> cells.duration.tolist()
    [1.0, 1.0, 1.0, 1.0]
    >>> cells.reference.astype(int).tolist(), cells.hypothesis.astype(int).tolist()
    ([[1, 0], [1, 0], [1, 1], [0, 1]], [[0], [1], [1], [0]])
    """
    said, found = by_speaker(reference), by_speaker(hypothesis)
    stretches = np.reshape(list(extent), (-1, 2)).astype(float)
    ends = np.concatenate([*said.values(), np.empty((0, 2))]).ravel()
    collars = np.column_stack([ends - collar_each_side, ends + collar_each_side])
    everything = [
        *said.values(),
        *found.values(),
        stretches,
        *([collars] if collar_each_side else []),
    ]
    borders = np.unique(np.concatenate(everything))
    scored = _active(borders, stretches)
    return Cells(
        borders[:-1][scored],
        borders[1:][scored],
        np.diff(borders)[scored],
        _columns(borders, said)[scored],
        _columns(borders, found)[scored],
        (_active(borders, collars) & (collar_each_side > 0))[scored],
        list(said),
        list(found),
    )


def by_speaker(turns: Iterable[Turn]) -> dict[str, np.ndarray]:
    """Starts and ends (turns, 2) by speaker, in the order of their names, merged where they touch.

    >>> {name: times.tolist() for name, times in by_speaker([Turn(1, 2, "a"), Turn(0, 1, "a")]).items()}
    {'a': [[0.0, 2.0]]}
    """
    apart: dict[str, list[Interval]] = {}
    for start, end, speaker in turns:
        apart.setdefault(speaker, []).append(Interval(start, end))
    return {
        speaker: np.array(union(apart[speaker], gap=TOUCHING), dtype=float)
        for speaker in sorted(apart)
    }


def _columns(borders: np.ndarray, sides: dict[str, np.ndarray]) -> np.ndarray:
    """Whether each speaker is active (cells, speakers)."""
    found = [_active(borders, times) for times in sides.values()]
    return np.stack(found, axis=1) if found else np.zeros((max(0, len(borders) - 1), 0), dtype=bool)


def _active(borders: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Whether each cell (cells,) lies in one of the intervals, whose ends are borders."""
    steps = np.zeros(len(borders), dtype=int)
    np.add.at(steps, np.searchsorted(borders, intervals[:, 0]), 1)
    np.add.at(steps, np.searchsorted(borders, intervals[:, 1]), -1)
    return np.cumsum(steps)[:-1] > 0
