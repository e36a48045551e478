"""From a score per frame to moments: local maxima, some distance apart."""

from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Seconds


class Change(NamedTuple):
    time: Seconds
    score: float


def pick(
    times: np.ndarray, scores: np.ndarray, *, min_distance: Seconds, prominence: float = 0.0
) -> list[Change]:
    """Local maxima of `scores` (frames,) that are at least `min_distance` apart.

    Of two that are too close the higher one stays; a maximum at either end counts. `times` (frames,)
    are evenly spaced.

    >>> pick(np.arange(5.0), np.array([9, 1, 5, 1, 7.0]), min_distance=2.5)
    [Change(time=0.0, score=9.0), Change(time=4.0, score=7.0)]
    """
    from scipy.signal import find_peaks  # slow to import, and `none` has no use for it

    if len(scores) == 0:
        return []
    step = times[1] - times[0] if len(times) > 1 else 1.0
    low = scores.min() - 1.0
    padded = np.concatenate([[low], scores, [low]])
    distance = max(1, int(np.ceil(min_distance / step - 1e-9)))
    peaks = find_peaks(padded, distance=distance, prominence=prominence)[0] - 1
    return [Change(float(times[i]), float(scores[i])) for i in peaks]
