"""One-to-one mapping between the speakers of a hypothesis and the speakers of a reference."""

from collections.abc import Iterable

import numpy as np
from scipy.optimize import linear_sum_assignment

from diarflow.timeline.atomic_regions import TOUCHING_GAP, AtomicRegions, split_regions
from diarflow.timeline.intervals import Interval, Turn

_DECIMALS = 6  # of the gain; equal gains then compare equal on every machine


def optimal_mapping(
    reference: Iterable[Turn], hypothesis: Iterable[Turn], extent: Iterable[Interval]
) -> dict[str, str]:
    """Return the reference speaker of each hypothesis speaker that is mapped.

    The mapping maximizes the time that mapped speakers share. It is the mapping behind missed speech,
    false alarm and confusion in `diarflow.scoring.diarization.score`.

    >>> reference = [Turn(0.0, 4.0, "Ann")]
    >>> hypothesis = [Turn(1.0, 3.0, "x"), Turn(3.0, 3.5, "y")]
    >>> optimal_mapping(reference, hypothesis, [Interval(0.0, 4.0)])
    {'x': 'Ann'}
    """
    regions = split_regions(reference, hypothesis, extent)
    pairs = map_by_time(regions)
    return {
        regions.hypothesis_speakers[column]: regions.reference_speakers[row]
        for column, row in pairs.T
    }


def map_by_time(regions: AtomicRegions) -> np.ndarray:
    """Map speakers so that the time they share is as long as possible, as NIST's md-eval does.

    Returns pairs of hypothesis speaker and reference speaker as indices, shape (2, pairs).
    Equal gains are decided by the alphabetical order of the names.
    """
    *_, shared = speaking_times(regions, regions.duration)
    return _maximize(shared)


def map_by_jaccard(regions: AtomicRegions) -> np.ndarray:
    """Map speakers so that the sum of their Jaccard indices is as large as possible, as dscore does.

    The Jaccard index is the time of both speakers divided by the time of either speaker.
    Returns pairs as `map_by_time` does.
    """
    reference, hypothesis, shared = speaking_times(regions, regions.duration)
    either = hypothesis[:, None] + reference - shared
    return _maximize(
        np.divide(shared, either, out=np.zeros_like(shared), where=either > TOUCHING_GAP)
    )


def speaking_times(
    regions: AtomicRegions, durations: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the seconds of each reference speaker, of each hypothesis speaker, and of both together.

    `durations` (regions,) are the seconds that count in each region.
    The shapes are (reference speakers,), (hypothesis speakers,) and (hypothesis speakers, reference speakers).
    """
    weighted = regions.reference * durations[:, None]
    return weighted.sum(axis=0), durations @ regions.hypothesis, regions.hypothesis.T @ weighted


def _maximize(gain: np.ndarray) -> np.ndarray:
    pairs = np.stack(linear_sum_assignment(-gain.round(_DECIMALS)))
    return pairs[:, gain[tuple(pairs)] > 0]
