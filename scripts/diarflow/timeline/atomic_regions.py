"""Active speakers over time, as atomic regions: intervals in which no speaker starts or stops.

pyannote.metrics and md-eval count errors on the same regions. Here the time is linear in the number of turns,
whereas it is quadratic in pyannote.metrics.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Interval, Seconds, Turn, intervals_by_speaker

# Turns at most this far apart touch: in floating point, 0.7 + 0.1 is less than 0.8.
TOUCHING_GAP: Seconds = 1e-6
# Pauses of one speaker that are at most this long do not interrupt a turn.
PAUSE_IN_TURN: Seconds = 0.3


class AtomicRegions(NamedTuple):
    """Atomic regions of the scored extent, in order of time.

    `start`, `end` and `duration` (regions,) are seconds. `reference` (regions, reference speakers) and `hypothesis`
    (regions, hypothesis speakers) are true where a speaker is active, `collar` (regions,) where a region lies in the
    collar of a reference turn. The speakers' names are the columns' labels.
    """

    start: np.ndarray
    end: np.ndarray
    duration: np.ndarray
    reference: np.ndarray
    hypothesis: np.ndarray
    collar: np.ndarray
    reference_speakers: list[str]
    hypothesis_speakers: list[str]


def split_regions(
    reference: Iterable[Turn],
    hypothesis: Iterable[Turn],
    extent: Iterable[Interval],
    *,
    collar_each_side: Seconds = 0.0,
) -> AtomicRegions:
    """Split the scored extent at all boundaries of turns, collars and scored intervals.

    Overlapping and touching turns of one speaker are merged first.

    >>> regions = split_regions(
    ...     [Turn(0, 3, "Ann"), Turn(2, 4, "Bob")], [Turn(1, 3, "x")], [Interval(0, 4)])
    >>> regions.duration.tolist()
    [1.0, 1.0, 1.0, 1.0]
    >>> regions.reference.astype(int).tolist(), regions.hypothesis.astype(int).tolist()
    ([[1, 0], [1, 0], [1, 1], [0, 1]], [[0], [1], [1], [0]])
    """
    reference_times, hypothesis_times = merge_by_speaker(reference), merge_by_speaker(hypothesis)
    scored_times = np.reshape(list(extent), (-1, 2)).astype(float)
    boundaries = np.concatenate([*reference_times.values(), np.empty((0, 2))]).ravel()
    collars = np.column_stack([boundaries - collar_each_side, boundaries + collar_each_side])
    times = [*reference_times.values(), *hypothesis_times.values(), scored_times]
    borders = np.unique(np.concatenate([*times, *([collars] if collar_each_side else [])]))
    scored = _active(borders, scored_times)
    return AtomicRegions(
        borders[:-1][scored],
        borders[1:][scored],
        np.diff(borders)[scored],
        activity(borders, reference_times)[scored],
        activity(borders, hypothesis_times)[scored],
        (_active(borders, collars) & (collar_each_side > 0))[scored],
        list(reference_times),
        list(hypothesis_times),
    )


def merge_by_speaker(
    turns: Iterable[Turn], *, gap: Seconds = TOUCHING_GAP
) -> dict[str, np.ndarray]:
    """Return starts and ends (turns, 2) of each speaker, in alphabetical order of the speakers.

    Turns of one speaker that overlap or are at most `gap` apart are merged.

    >>> times = merge_by_speaker([Turn(1, 2, "a"), Turn(0, 1, "a")])
    >>> {speaker: rows.tolist() for speaker, rows in times.items()}
    {'a': [[0.0, 2.0]]}
    """
    merged = intervals_by_speaker(turns, gap=gap)
    return {speaker: np.array(merged[speaker], dtype=float) for speaker in sorted(merged)}


def activity(borders: np.ndarray, times_by_speaker: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return which speakers are active between successive borders, bool (borders - 1, speakers).

    `borders` are sorted and contain all starts and ends (turns, 2) of `times_by_speaker`.

    >>> activity(np.array([0.0, 1.0, 2.0]), {"a": np.array([[0.0, 1.0]])}).tolist()
    [[True], [False]]
    """
    columns = [_active(borders, times) for times in times_by_speaker.values()]
    if not columns:
        return np.zeros((max(0, len(borders) - 1), 0), dtype=bool)
    return np.stack(columns, axis=1)


def speaker_sets(
    turns: Iterable[Turn], duration: Seconds, *, gap: Seconds = PAUSE_IN_TURN
) -> list[tuple[Seconds, Seconds, frozenset[str]]]:
    """Return the atomic regions of a recording, each with its start, end and set of active speakers.

    Turns of one speaker that are at most `gap` apart are merged first. The regions cover the recording from 0 to
    `duration`, or to the end of the last turn if that is later.

    >>> regions = speaker_sets([Turn(1.0, 3.0, "a")], 4.0)
    >>> [(start, end, sorted(speakers)) for start, end, speakers in regions]
    [(0.0, 1.0, []), (1.0, 3.0, ['a']), (3.0, 4.0, [])]
    """
    times = merge_by_speaker(turns, gap=gap)
    borders = np.unique(np.concatenate([*times.values(), [[0.0, 0.0]]]))
    if duration > borders[-1]:
        borders = np.append(borders, duration)
    names = np.array(list(times), dtype=object)
    return [
        (start, end, frozenset(names[active]))
        for start, end, active in zip(
            borders[:-1].tolist(), borders[1:].tolist(), activity(borders, times), strict=True
        )
        if start >= 0
    ]


def _active(borders: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Return which regions (borders - 1,) lie in one of `intervals` (n, 2), whose ends are borders."""
    steps = np.zeros(len(borders), dtype=int)
    np.add.at(steps, np.searchsorted(borders, intervals[:, 0]), 1)
    np.add.at(steps, np.searchsorted(borders, intervals[:, 1]), -1)
    return np.cumsum(steps)[:-1] > 0
