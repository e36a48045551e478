"""Precision and recall of detected speaker changes, within a tolerance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from diarflow.scoring.change_regions import reference_changes
from diarflow.timeline.intervals import Seconds


class Matches(NamedTuple):
    """Numbers of matched pairs, of detected changes, and of changes of the reference. They add up."""

    matched: int = 0
    detected: int = 0
    reference: int = 0

    @property
    def precision(self) -> float:
        return self.matched / self.detected if self.detected else np.nan

    @property
    def recall(self) -> float:
        return self.matched / self.reference if self.reference else np.nan

    def __add__(self, other: "Matches") -> "Matches":  # type: ignore[override]
        return Matches._make(a + b for a, b in zip(self, other, strict=True))


def match_changes(
    regions: np.ndarray, times: Sequence[Seconds] | np.ndarray, *, tolerance: Seconds
) -> Matches:
    """Match as many detected changes as possible one to one to changes of the reference.

    `regions` (frames,) are the region numbers of the reference, `times` the detected changes in seconds.
    A change of the reference is the interval between two regions, see `reference_changes`. A detected change matches
    it if it lies inside or at most `tolerance` seconds away.

    >>> from diarflow.scoring.change_regions import number_regions
    >>> from diarflow.timeline.intervals import Turn
    >>> turns = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob")]
    >>> regions = number_regions(turns, duration=6, kind="single")
    >>> match_changes(regions, [3.5, 4.2], tolerance=0.25)
    Matches(matched=1, detected=2, reference=1)
    """
    ends, starts = reference_changes(regions).T[:, :, None]
    times = np.asarray(times, dtype=float)
    # 1e-9: a distance of exactly the tolerance may be longer in floating point
    near = np.maximum(ends - times, times - starts) <= tolerance + 1e-9  # (reference, detected)
    pairs = maximum_bipartite_matching(csr_array(near), perm_type="column") if near.size else near
    return Matches(int((pairs >= 0).sum()), len(times), len(ends))
