"""Order of recordings without references: those whose result is least like the others of their corpus first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_MIN_RECORDINGS = 5  # of a corpus with fewer no recording is unusual
_NORMAL = 1.4826  # factor from the median absolute deviation to the standard deviation of a normal distribution
QUANTITIES = {
    "speakers": "speakers",
    "speech": "share of speech",
    "overlap": "share of overlap",
    "turns_per_minute": "turns per minute",
    "monologue": "longest monologue",
}


def quantities(talk: Mapping[str, Any]) -> list[float]:
    """Return the quantities of a recording that are compared, in the order of QUANTITIES."""
    duration = talk["duration"] or 1.0
    monologue = talk["monologue"] or [0.0, 0.0]
    return [
        len(talk["speakers"]),
        talk["speech"] / duration,
        talk["overlap"] / duration,
        talk["turns_per_minute"],
        monologue[1] - monologue[0],
    ]


def unusual(rows: Sequence[Sequence[float]]) -> list[tuple[float, str]]:
    """Return for each recording how unusual it is, and the quantity that is most unusual.

    A quantity is as unusual as its distance from the median of all recordings, in robust standard deviations (median
    absolute deviation; Iglewicz and Hoaglin 1993). A recording is as unusual as its most unusual quantity.

    >>> rows = [[speakers, 0.9, 0.1, 10.0, 20.0] for speakers in (2, 2, 3, 3, 9)]
    >>> [(score, name) for score, name in unusual(rows)][-1]
    (4.0, 'speakers')
    """
    if len(rows) < _MIN_RECORDINGS:
        return [(0.0, "")] * len(rows)
    values = np.asarray(rows, dtype=float)
    distances = np.abs(values - np.median(values, axis=0))
    spread = _NORMAL * np.median(distances, axis=0)
    # more than half of the values may be equal: the mean distance then gives a spread
    spread = np.where(spread > 0, spread, 1.2533 * distances.mean(axis=0))
    scores = np.divide(distances, spread, out=np.zeros_like(distances), where=spread > 0)
    names = list(QUANTITIES.values())
    return [
        (round(float(row.max()), 1), names[int(row.argmax())] if row.max() > 0 else "")
        for row in scores
    ]
