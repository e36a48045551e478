"""How sure an error rate is, and whether one system is better than another: bootstraps over recordings.

Recordings are drawn with replacement, as many as there are, and the rate is computed anew, sum over sum.
The middle 95 % of such rates is the interval. Draws are the same wherever the recordings are.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from diarflow.scoring.names import all_of

SAMPLES = 1000
SEED = 0
NOTHING = 1e-6  # seconds; less is a sum that rounding left over
COMPARISONS = [
    "corpus", "protocol", "system", "other", "recordings", "system_der", "other_der",
    "difference", "difference_low", "difference_high",
]  # fmt: skip
COUNTS = [
    "corpus", "system", "speakers_given", "reference_speakers", "found_speakers", "recordings",
]  # fmt: skip


def draws(recordings: int, *, samples: int = SAMPLES, seed: int = SEED) -> Iterator[np.ndarray]:
    """How often each recording (recordings,) is drawn, for each sample.

    >>> [int(counts.sum()) for counts in draws(5, samples=3)]
    [5, 5, 5]
    """
    random = np.random.default_rng(seed)
    for _ in range(samples):
        drawn = random.integers(recordings, size=recordings)
        yield np.bincount(drawn, minlength=recordings).astype(float)  # fast products


def interval(wrong: np.ndarray, spoken: np.ndarray) -> np.ndarray:
    """The 95 % interval (2, systems) of 100 wrong / spoken, both (recordings, systems) in seconds.

    Empty (NaN) for a single recording, which says nothing about others.

    >>> interval(np.array([[1.0], [1.0]]), np.array([[10.0], [10.0]])).tolist()
    [[10.0], [10.0]]
    """
    return _percentiles(_drawn(wrong, spoken))


def _drawn(wrong: np.ndarray, spoken: np.ndarray) -> np.ndarray:
    """The rates (samples, systems) of the samples that hold speech."""
    if len(wrong) < 2:
        return np.empty((0, *wrong.shape[1:]))
    sums = np.array([(counts @ wrong, counts @ spoken) for counts in draws(len(wrong))])
    errors, speech = sums[(sums[:, 1] > NOTHING).all(axis=-1)].swapaxes(0, 1)
    return 100 * errors / speech


def _percentiles(values: np.ndarray) -> np.ndarray:
    if not len(values):
        return np.full((2, *values.shape[1:]), np.nan)
    return np.percentile(values, [2.5, 97.5], axis=0)


def _seconds(scores: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """What is wrong and what is spoken in each recording."""
    wrong = scores[["missed", "false_alarm", "confusion"]].sum(axis=1)
    return wrong.to_numpy(float), scores["reference_seconds"].to_numpy(float)


def spread(scores: pd.DataFrame) -> tuple[float, float, float, float]:
    """Mean and median of the recordings' DER, and the interval of the DER of all, in percent.

    A recording whose reference holds no speech has no DER, but its false alarms are in the interval.
    """
    wrong, spoken = _seconds(scores)
    rates = 100 * wrong[spoken > NOTHING] / spoken[spoken > NOTHING]
    low, high = interval(wrong[:, None], spoken[:, None])[:, 0]
    if not len(rates):
        return np.nan, np.nan, low, high
    return float(rates.mean()), float(np.median(rates)), low, high


def compare_all(scores: pd.DataFrame, splits: Mapping[str, str | None]) -> pd.DataFrame:
    """`compare` within each corpus and over those of a split where there are several; two decimals."""
    found = compare(scores, scores["corpus"])
    kinds = all_of(scores["corpus"], splits)
    for _, corpora in scores["corpus"].groupby(kinds):
        if corpora.nunique() > 1:
            found += compare(scores.loc[corpora.index], kinds[corpora.index])
    return pd.DataFrame(found, columns=COMPARISONS).round(2)


def compare(scores: pd.DataFrame, corpora: pd.Series) -> list[tuple]:
    """Any two systems of a corpus on the recordings that both have: the DER of one less that of the other.

    `scores` are rows of recordings, `corpora` the corpus that each is taken for. The interval is of the
    difference: each sample draws the same recordings for both.
    """
    rows = []
    for (name, protocol), group in scores.groupby([corpora, scores["protocol"]], sort=False):
        by_system = {
            system: one.set_index(["corpus", "recording"])
            for system, one in group.groupby("system", sort=False)
        }
        for one, other in combinations(by_system, 2):
            row = _compared(by_system[one], by_system[other])
            rows += [(name, protocol, one, other, *row)] if row else []
    return rows


def _compared(one: pd.DataFrame, other: pd.DataFrame) -> tuple | None:
    both = one.index.intersection(other.index, sort=False)
    if not len(both):
        return None
    pairs = [_seconds(side.loc[both]) for side in (one, other)]
    wrong, spoken = (np.stack(column, axis=1) for column in zip(*pairs, strict=True))
    if not (spoken.sum(axis=0) > NOTHING).all():
        return None
    rates = 100 * wrong.sum(axis=0) / spoken.sum(axis=0)
    drawn = _drawn(wrong, spoken)
    low, high = _percentiles(drawn[:, 0] - drawn[:, 1])
    return len(both), *rates, rates[0] - rates[1], low, high


def count_speakers(scores: pd.DataFrame) -> pd.DataFrame:
    """In how many recordings so many speakers were found where the reference has so many.

    `scores` are rows of recordings; the protocol does not matter.
    """
    full = scores[scores["protocol"] == "full"]
    counted = full.groupby(COUNTS[:-1], sort=True).size()
    return counted.rename("recordings").reset_index()[COUNTS]
