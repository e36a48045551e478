"""Fusion of hypotheses by weighted votes, with overlap.

The method is that of DOVER-Lap: Raj et al., "DOVER-Lap: A method for combining overlap-aware diarization outputs", SLT
2021. The speakers of the systems are mapped to common ones, as Stolcke and Yoshioka do in "DOVER: A method for combining
diarization outputs", ASRU 2019: one system after the other, those that agree most with the others first. Then each
atomic region has as many speakers as the systems have on average, namely those with the most votes.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from diarflow.timeline.atomic_regions import activity, merge_by_speaker
from diarflow.timeline.intervals import Turn, merge_turns

_DECIMALS = 6  # of votes and of shared time; equal values then compare equal on every machine
_RANK_POWER = 0.1  # exponent of the weights by rank in DOVER and DOVER-Lap


def fuse(
    hypotheses: Sequence[Iterable[Turn]], weights: Sequence[float] | None = None
) -> list[Turn]:
    """Return the turns on which hypotheses of one recording agree, in order of time.

    A speaker is a number that has no meaning.
    Without weights, the hypotheses are ranked by their agreement with the others, and that of rank r counts as r ** -0.1.

    >>> first = [Turn(0.0, 4.0, "a"), Turn(4.0, 6.0, "b")]
    >>> second = [Turn(0.0, 3.0, "x"), Turn(3.0, 6.0, "y")]
    >>> third = [Turn(0.0, 4.0, "p"), Turn(4.0, 6.0, "q")]
    >>> [tuple(turn) for turn in fuse([first, second, third])]
    [(0.0, 4.0, 0), (4.0, 6.0, 1)]
    """
    turns = [list(hypothesis) for hypothesis in hypotheses]
    times = sorted({time for part in turns for turn in part for time in turn[:2]})
    if len(times) < 2:
        return []
    borders = np.array(times)
    active = [activity(borders, merge_by_speaker(part)) for part in turns]
    durations = np.diff(borders)
    agreement = _agreement(active, durations)
    order = np.argsort(-agreement.round(_DECIMALS), kind="stable")
    if weights is None:
        shares = np.empty(len(active))
        shares[order] = (np.arange(len(active)) + 1.0) ** -_RANK_POWER
    else:
        shares = np.asarray(weights, dtype=np.float64)
    shares = shares / shares.sum()
    votes = _votes([active[i] for i in order], shares[order], durations)
    counts = sum(share * part.sum(axis=1) for share, part in zip(shares, active, strict=True))
    return _turns(borders, _select(votes, np.asarray(counts)))


def _agreement(active: Sequence[np.ndarray], durations: np.ndarray) -> np.ndarray:
    """Return for each hypothesis the time on which it agrees with the others, after the best mapping to each."""
    count = len(active)
    shared = np.zeros((count, count))
    for first in range(count):
        for second in range(first):
            time = _shared_time(active[first], active[second], durations)
            total = durations @ np.maximum(active[first].sum(axis=1), active[second].sum(axis=1))
            shared[first, second] = shared[second, first] = (
                time[linear_sum_assignment(-time)].sum() / total if total else 1.0
            )
    return shared.sum(axis=1)


def _shared_time(first: np.ndarray, second: np.ndarray, durations: np.ndarray) -> np.ndarray:
    """Return the seconds in which each pair of speakers is active together."""
    return (first * durations[:, None]).T @ second.astype(np.float64)


def _votes(active: Sequence[np.ndarray], shares: np.ndarray, durations: np.ndarray) -> np.ndarray:
    """Return the votes (regions, common speakers) of the hypotheses, in the order in which they are mapped."""
    votes = np.zeros((len(durations), 0))
    for part, share in zip(active, shares, strict=True):
        shared = ((votes * durations[:, None]).T @ part).round(_DECIMALS)
        rows, columns = linear_sum_assignment(-shared)
        row_of = {
            column: row
            for row, column in zip(rows, columns, strict=True)
            if shared[row, column] > 0
        }
        for column in range(part.shape[1]):
            if column not in row_of:
                row_of[column] = votes.shape[1]
                votes = np.concatenate([votes, np.zeros((len(durations), 1))], axis=1)
            votes[:, row_of[column]] += share * part[:, column]
    return votes.round(_DECIMALS)


def _select(votes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return which speakers are active in each region: the `counts` ones, rounded, with the most votes.

    Of equal votes that of the speaker that was mapped first counts.
    """
    rank = np.argsort(np.argsort(-votes, axis=1, kind="stable"), axis=1, kind="stable")
    number = np.floor(counts.round(_DECIMALS) + 0.5)
    return (rank < number[:, None]) & (votes > 0)


def _turns(borders: np.ndarray, chosen: np.ndarray) -> list[Turn]:
    return merge_turns(
        Turn(float(borders[region]), float(borders[region + 1]), int(speaker))
        for region, speaker in zip(*np.nonzero(chosen), strict=True)
    )
