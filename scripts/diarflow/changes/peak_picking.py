"""Peak picking: from a score per frame to change candidates."""

from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Seconds


class Change(NamedTuple):
    """A speaker change or a change candidate."""

    time: Seconds
    score: float


def pick_peaks(
    times: np.ndarray, scores: np.ndarray, *, min_distance: Seconds, prominence: float = 0.0
) -> list[Change]:
    """Return the local maxima of `scores` (frames,) that are at least `min_distance` apart.

    Of two maxima that are closer, the higher one is kept. The first and the last frame can be maxima. `times`
    (frames,) are evenly spaced, in seconds. `prominence` is that of `scipy.signal.find_peaks`.

    >>> pick_peaks(np.arange(5.0), np.array([9, 1, 5, 1, 7.0]), min_distance=2.5)
    [Change(time=0.0, score=9.0), Change(time=4.0, score=7.0)]
    """
    from scipy.signal import find_peaks  # slow to import, and the backend `none` does not need it

    if len(scores) == 0:
        return []
    step = times[1] - times[0] if len(times) > 1 else 1.0
    low = scores.min() - 1.0
    padded = np.concatenate([[low], scores, [low]])
    distance = max(1, int(np.ceil(min_distance / step - 1e-9)))
    peaks = find_peaks(padded, distance=distance, prominence=prominence)[0] - 1
    return [Change(float(times[i]), float(scores[i])) for i in peaks]
