"""Coverage and purity of detected speaker changes, at one threshold and over all thresholds.

The detected changes cut the speech into segments. Coverage is the share of the regions of the reference that lies in
the best matching segment of each; purity is the share of the segments that lies in the best matching region of each. These are the segmentation metrics
of pyannote.metrics 4.2 (Bredin 2017) with tolerance 0, on an axis that contains only the kept frames of
`change_regions`. On the usual axis every pause of the reference also cuts the segments, so that a detector without
any change has a high purity.

Seconds add up over recordings. Coverage and purity of no speech are 1.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diarflow.scoring.change_regions import FRAMES_PER_SECOND, speech_axis, to_frames
from diarflow.timeline.intervals import Seconds


class Coverage(NamedTuple):
    """Seconds of regions in their best segment, of segments in their best region, and of all speech."""

    covered: Seconds = 0.0
    pure: Seconds = 0.0
    total: Seconds = 0.0

    @property
    def coverage(self) -> float:
        return self.covered / self.total if self.total else 1.0

    @property
    def purity(self) -> float:
        return self.pure / self.total if self.total else 1.0

    def __add__(self, other: "Coverage") -> "Coverage":  # type: ignore[override]
        return Coverage._make(a + b for a, b in zip(self, other, strict=True))


class Candidates(NamedTuple):
    """Change candidates of one recording: `times` in seconds and `scores`, both (candidates,).

    `regions` (frames,) are the region numbers of the recording's reference.
    """

    regions: np.ndarray
    times: np.ndarray
    scores: np.ndarray


class Curve(NamedTuple):
    """Purity and coverage of a corpus at each threshold (thresholds,), in ascending order of thresholds.

    `changes` is the number of candidates whose score is above the threshold.
    """

    threshold: np.ndarray
    purity: np.ndarray
    coverage: np.ndarray
    changes: np.ndarray


def score_changes(regions: np.ndarray, times: Sequence[Seconds] | np.ndarray) -> Coverage:
    """Score the detected changes of one recording; `times` are seconds in any order.

    >>> from diarflow.scoring.change_regions import number_regions
    >>> from diarflow.timeline.intervals import Turn
    >>> turns = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob")]
    >>> score_changes(number_regions(turns, duration=9, kind="single"), [2, 3.5])
    Coverage(covered=4.0, pure=5.0, total=5.0)
    """
    kept, starts = speech_axis(regions)
    cuts = np.searchsorted(kept, to_frames(times))
    return Coverage(*_shared_seconds(starts, cuts, len(kept)))


def _shared_seconds(
    starts: np.ndarray, cuts: np.ndarray, frames: int
) -> tuple[Seconds, Seconds, Seconds]:
    """Return covered, pure and total seconds; `starts` of regions and `cuts` are positions on an axis of `frames`.

    Together they split the axis into pieces: the entries of the co-occurrence matrix that are not 0.
    """
    starts = np.append(0, starts)
    cuts = np.unique(np.append(0, cuts))
    borders = np.union1d(starts, cuts)
    pieces = np.diff(borders, append=frames)
    first_pieces = (np.searchsorted(borders, positions) for positions in (starts, cuts))
    covered, pure = (int(np.maximum.reduceat(pieces, first).sum()) for first in first_pieces)
    return covered / FRAMES_PER_SECOND, pure / FRAMES_PER_SECOND, frames / FRAMES_PER_SECOND


def score_at_thresholds(recording: Candidates, thresholds: np.ndarray) -> np.ndarray:
    """Return covered, pure and total seconds and the number of changes of one recording (thresholds, 4).

    A candidate is a change if its score is above the threshold, as in `diarflow.changes.peak_picking`.
    """
    regions, times, scores = recording
    kept, starts = speech_axis(regions)
    best_first = np.argsort(-np.asarray(scores), kind="stable")
    cuts = np.searchsorted(kept, to_frames(times))[best_first]
    above = len(cuts) - np.searchsorted(np.sort(scores), thresholds, side="right")
    counts, row_of_threshold = np.unique(above, return_inverse=True)
    rows = [(*_shared_seconds(starts, cuts[:count], len(kept)), count) for count in counts]
    return np.array(rows, dtype=float)[row_of_threshold]


def sum_curve(thresholds: np.ndarray, scores: Sequence[np.ndarray]) -> Curve:
    """Return the curve of a corpus from the scores (thresholds, 4) of each recording at these thresholds."""
    tables = np.reshape(scores, (-1, len(thresholds), 4))
    covered, pure, total, changes = tables.sum(axis=0).T
    purity, coverage = np.ones((2, len(thresholds)))
    np.divide(pure, total, out=purity, where=total > 0)
    np.divide(covered, total, out=coverage, where=total > 0)
    return Curve(thresholds, purity, coverage, changes.astype(int))


def sweep_thresholds(recordings: Sequence[Candidates], *, max_thresholds: int = 500) -> Curve:
    """Return the curve of a corpus if all recordings have the same threshold.

    The thresholds are -inf, at which every candidate is a change, and the distinct scores. If there are more than
    `max_thresholds`, these are thinned out evenly by rank.

    >>> from diarflow.scoring.change_regions import number_regions
    >>> from diarflow.timeline.intervals import Turn
    >>> turns = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob")]
    >>> regions = number_regions(turns, duration=6, kind="single")
    >>> curve = sweep_thresholds([Candidates(regions, [2.0, 3.5], [0.1, 0.9])])
    >>> [column.tolist() for column in curve]
    [[-inf, 0.1, 0.9], [1.0, 1.0, 0.6], [0.8, 1.0, 1.0], [2, 1, 0]]
    """
    scores = np.unique(np.concatenate([[-np.inf], *(scores for _, _, scores in recordings)]))
    ranks = np.linspace(0, len(scores) - 1, min(len(scores), max_thresholds), dtype=int)
    thresholds = scores[ranks]
    return sum_curve(
        thresholds, [score_at_thresholds(recording, thresholds) for recording in recordings]
    )


def coverage_at_purity(purities: Sequence[float] | np.ndarray, curve: Curve) -> np.ndarray:
    """Return the highest coverage (purities,) at each purity or above, and NaN above the highest purity.

    Between two thresholds the coverage is interpolated linearly.

    >>> curve = Curve(np.array([0.0, 1.0]), np.array([0.5, 1.0]), np.array([1.0, 0.5]), np.array([1, 0]))
    >>> coverage_at_purity([0.5, 0.75, 1.0], curve).tolist()
    [1.0, 0.75, 0.5]
    """
    order = np.lexsort([curve.coverage, curve.purity])
    best = np.maximum.accumulate(curve.coverage[order][::-1])[::-1]
    return np.interp(np.asarray(purities), curve.purity[order], best, right=np.nan)
