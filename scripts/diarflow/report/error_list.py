"""Errors of a hypothesis one by one, with the speakers that are involved, and the time that a protocol does not score."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from diarflow.scoring.diarization import error_regions
from diarflow.scoring.mapping import map_by_time
from diarflow.timeline.atomic_regions import AtomicRegions, split_regions
from diarflow.timeline.intervals import Interval, Seconds, Turn, merge_overlapping


class SpeakerError(NamedTuple):
    """An interval with one kind of error and the same speakers throughout.

    `speakers` is the number of affected speakers. `reference` are the active reference speakers whose mapped hypothesis
    speaker is not active, `hypothesis` the active hypothesis speakers whose reference speaker is not active.
    In a confusion, one of `reference` is labelled as one of `hypothesis`.
    `overlap` is true if the reference contains at least two active speakers.
    """

    start: Seconds
    end: Seconds
    kind: str
    speakers: int
    reference: tuple[str, ...]
    hypothesis: tuple[str, ...]
    overlap: bool


def list_errors(
    reference: Iterable[Turn], hypothesis: Iterable[Turn], extent: Iterable[Interval]
) -> list[SpeakerError]:
    """Return the errors under protocol `full` in order of time.

    Kinds, counts and mapping are those of `diarflow.scoring.diarization.error_regions`.

    >>> reference = [Turn(0.0, 4.0, "Ann"), Turn(4.0, 6.0, "Bob")]
    >>> hypothesis = [Turn(0.0, 4.5, "x"), Turn(4.5, 6.0, "y")]
    >>> [error] = list_errors(reference, hypothesis, [Interval(0.0, 6.0)])
    >>> error.kind, error.start, error.end, error.reference, error.hypothesis
    ('confusion', 4.0, 4.5, ('Bob',), ('x',))
    """
    reference, hypothesis, extent = list(reference), list(hypothesis), list(extent)
    regions = split_regions(reference, hypothesis, extent)
    column, row = map_by_time(regions)
    correct = regions.reference[:, row] & regions.hypothesis[:, column]
    lost, added = regions.reference.copy(), regions.hypothesis.copy()
    lost[:, row] &= ~correct
    added[:, column] &= ~correct
    overlap = regions.reference.sum(axis=1) >= 2
    errors: list[SpeakerError] = []
    for region in error_regions(reference, hypothesis, extent):
        first, last = np.searchsorted(regions.start, [region.start, region.end])
        for begin, end in _equal_runs(lost, added, overlap, int(first), int(last)):
            errors.append(
                SpeakerError(
                    float(regions.start[begin]),
                    float(regions.end[end - 1]),
                    region.kind,
                    region.speakers,
                    _names(lost[begin], regions.reference_speakers),
                    _names(added[begin], regions.hypothesis_speakers),
                    bool(overlap[begin]),
                )
            )
    return errors


def _equal_runs(
    lost: np.ndarray, added: np.ndarray, overlap: np.ndarray, first: int, last: int
) -> Iterator[tuple[int, int]]:
    """Yield first index and index after the last of each run of regions with the same speakers and overlap."""
    rows = np.column_stack([lost[first:last], added[first:last], overlap[first:last]])
    borders = np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1
    edges = [0, *borders.tolist(), last - first]
    yield from ((first + a, first + b) for a, b in pairwise(edges))


def _names(active: np.ndarray, speakers: Sequence[str]) -> tuple[str, ...]:
    return tuple(speakers[index] for index in np.flatnonzero(active).tolist())


def unscored_intervals(
    reference: Iterable[Turn], extent: Iterable[Interval], *, collar_each_side: Seconds
) -> dict[str, list[Interval]]:
    """Return the intervals inside the extent that the protocols `fair` and `forgiving` do not score.

    They are the collars and the overlap of `diarflow.scoring.diarization.score`.

    >>> reference = [Turn(1.0, 4.0, "Ann"), Turn(3.0, 6.0, "Bob")]
    >>> unscored_intervals(reference, [Interval(0.0, 10.0)], collar_each_side=0.25)["forgiving"]
    [Interval(start=0.75, end=1.25), Interval(start=2.75, end=4.25), Interval(start=5.75, end=6.25)]
    """
    regions = split_regions(reference, [], extent, collar_each_side=collar_each_side)
    overlap = regions.reference.sum(axis=1) >= 2
    return {
        "fair": _intervals(regions, regions.collar),
        "forgiving": _intervals(regions, regions.collar | overlap),
    }


def overlap_intervals(turns: Iterable[Turn], extent: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in which at least two speakers are active.

    >>> overlap_intervals([Turn(0.0, 2.0, "a"), Turn(1.0, 3.0, "b")], [Interval(0.0, 3.0)])
    [Interval(start=1.0, end=2.0)]
    """
    regions = split_regions(turns, [], extent)
    return _intervals(regions, regions.reference.sum(axis=1) >= 2)


def _intervals(regions: AtomicRegions, chosen: np.ndarray) -> list[Interval]:
    times = zip(regions.start[chosen].tolist(), regions.end[chosen].tolist(), strict=True)
    return merge_overlapping(Interval(start, end) for start, end in times)
