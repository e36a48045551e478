"""Comparisons of two systems by a paired bootstrap over recordings: the table comparisons.csv."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from diarflow.scoring.bootstrap import NEGLIGIBLE, percentile_interval, sample_error_rates
from diarflow.scoring.names import total_names
from diarflow.scoring.totals import error_and_speech_seconds

COLUMNS = [
    "corpus", "protocol", "system", "other", "recordings", "system_der", "other_der",
    "difference", "difference_low", "difference_high",
]  # fmt: skip


def compare_systems(scores: pd.DataFrame, splits: Mapping[str, str | None]) -> pd.DataFrame:
    """Compare all pairs of systems within each corpus, and over several corpora of the same split.

    `scores` has a row for each recording, system and protocol; `splits` is the split of each corpus.
    The result has the columns COLUMNS: DERs in percent and differences in percentage points, to two decimals.
    """
    rows = _compare_within(scores, scores["corpus"])
    names = total_names(scores["corpus"], splits)
    for _, corpora in scores["corpus"].groupby(names):
        if corpora.nunique() > 1:
            rows += _compare_within(scores.loc[corpora.index], names[corpora.index])
    return pd.DataFrame(rows, columns=COLUMNS).round(2)


def _compare_within(scores: pd.DataFrame, corpora: pd.Series) -> list[tuple]:
    """Compare the systems of each corpus under each protocol; `corpora` is the corpus of each row of `scores`."""
    rows = []
    for (corpus, protocol), group in scores.groupby([corpora, scores["protocol"]], sort=False):
        by_system = {
            system: rows_of_system.set_index(["corpus", "recording"])
            for system, rows_of_system in group.groupby("system", sort=False)
        }
        for system, other in combinations(by_system, 2):
            row = compare_pair(by_system[system], by_system[other])
            rows += [(corpus, protocol, system, other, *row)] if row else []
    return rows


def compare_pair(system: pd.DataFrame, other: pd.DataFrame) -> tuple | None:
    """Compare two systems on the recordings of both; None if these are empty or contain no speech.

    Returns the number of recordings, both DERs, their difference, and the 95 % interval of the difference.
    """
    shared = system.index.intersection(other.index, sort=False)
    if not len(shared):
        return None
    pairs = [error_and_speech_seconds(scores.loc[shared]) for scores in (system, other)]
    errors, speech = (np.stack(column, axis=1) for column in zip(*pairs, strict=True))
    if not (speech.sum(axis=0) > NEGLIGIBLE).all():
        return None
    rates = 100 * errors.sum(axis=0) / speech.sum(axis=0)
    samples = sample_error_rates(errors, speech)
    low, high = percentile_interval(samples[:, 0] - samples[:, 1])
    return len(shared), *rates, rates[0] - rates[1], low, high
