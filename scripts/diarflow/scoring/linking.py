"""Scores of people across recordings: cross-recording DER, precision and recall of links, B-cubed, EER, minDCF.

The names of the reference and of the hypothesis are those of people, in all recordings.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from diarflow.scoring.mapping import map_by_time, speaking_times
from diarflow.timeline.atomic_regions import split_regions
from diarflow.timeline.intervals import Interval, Seconds, Turn

_COST_PRIOR = 0.01  # probability of the same person in the detection cost, as in NIST SRE 2016


class LinkTimes(NamedTuple):
    """Times of people, which add up over recordings.

    `reference`, `missed`, `false_alarm` and `confusion` are the seconds of the DER within recordings, without a collar.
    `possible` are the seconds that a mapping of speakers could make correct. `shared` contains the seconds of each pair of
    a hypothesis person and a reference person. `single` contains those in which one person is active in each, by
    recording, hypothesis and reference.
    """

    reference: Seconds
    missed: Seconds
    false_alarm: Seconds
    confusion: Seconds
    possible: Seconds
    shared: dict[tuple[str, str], Seconds]
    single: dict[tuple[str, str, str], Seconds]

    def __add__(self, other: "LinkTimes") -> "LinkTimes":  # type: ignore[override]
        sums = (a + b for a, b in zip(self[:5], other[:5], strict=True))
        return LinkTimes._make(
            [*sums, _added(self.shared, other.shared), _added(self.single, other.single)]
        )


def _added(first: Mapping[Any, Seconds], second: Mapping[Any, Seconds]) -> dict[Any, Seconds]:
    sums = dict(first)
    for key, seconds in second.items():
        sums[key] = sums.get(key, 0.0) + seconds
    return sums


NO_TIMES = LinkTimes(0.0, 0.0, 0.0, 0.0, 0.0, {}, {})


def link_times(
    recording: str,
    reference: Iterable[Turn],
    hypothesis: Iterable[Turn],
    extent: Iterable[Interval],
) -> LinkTimes:
    """Return the times of one recording.

    >>> times = link_times("a", [Turn(0.0, 4.0, "Ann")], [Turn(1.0, 5.0, "p1")], [Interval(0.0, 5.0)])
    >>> times.missed, times.false_alarm, times.confusion, dict(times.shared)
    (1.0, 1.0, 0.0, {('p1', 'Ann'): 3.0})
    """
    regions = split_regions(reference, hypothesis, extent)
    expected, detected = regions.reference.sum(axis=1), regions.hypothesis.sum(axis=1)
    *_, shared = speaking_times(regions, regions.duration)
    seconds = regions.duration
    possible = float(np.minimum(expected, detected) @ seconds)
    columns, rows = map_by_time(regions)
    alone = seconds * ((expected == 1) & (detected == 1))
    *_, single = speaking_times(regions, alone)
    pairs = [
        (hypothesis_name, reference_name, row, column)
        for column, hypothesis_name in enumerate(regions.hypothesis_speakers)
        for row, reference_name in enumerate(regions.reference_speakers)
    ]
    return LinkTimes(
        float(expected @ seconds),
        float(np.maximum(expected - detected, 0) @ seconds),
        float(np.maximum(detected - expected, 0) @ seconds),
        max(0.0, possible - float(shared[columns, rows].sum())),
        possible,
        {(h, r): float(shared[c, i]) for h, r, i, c in pairs if shared[c, i] > 0},
        {(recording, h, r): float(single[c, i]) for h, r, i, c in pairs if single[c, i] > 0},
    )


def cross_recording_confusion(times: LinkTimes) -> Seconds:
    """Return the confusion with one mapping of people for all recordings, which maximizes the shared time."""
    hypotheses = sorted({pair[0] for pair in times.shared})
    references = sorted({pair[1] for pair in times.shared})
    gain = np.zeros((len(hypotheses), len(references)))
    for (hypothesis, reference), seconds in times.shared.items():
        gain[hypotheses.index(hypothesis), references.index(reference)] = seconds
    rows, columns = linear_sum_assignment(-gain.round(6))
    return times.possible - float(gain[rows, columns].sum())


def der_percent(times: LinkTimes, confusion: Seconds) -> float | None:
    """Return the DER with this confusion; None without speech in the reference."""
    errors = times.missed + times.false_alarm + confusion
    return 100 * errors / times.reference if times.reference else None


def link_precision_recall(
    single: Mapping[tuple[str, str, str], Seconds],
) -> tuple[float | None, float | None]:
    """Return precision and recall of links: pairs of seconds in different recordings.

    A pair is linked if both seconds have the same person in the hypothesis, and correct if they also have the same
    person in the reference. Precision is the share of linked pairs that are correct, recall the share of the
    pairs of one reference person that are linked. Only seconds with one active person in each are counted.

    >>> single = {("a", "p1", "Ann"): 2.0, ("b", "p1", "Ann"): 3.0, ("c", "p2", "Ann"): 1.0}
    >>> precision, recall = link_precision_recall(single)
    >>> precision, round(recall, 4)  # 6 of 6 + 2 + 3 pairs
    (1.0, 0.5455)
    """
    correct = _pairs({(r, (h, ref)): seconds for (r, h, ref), seconds in single.items()})
    linked = _pairs(_by(single, 1))
    of_one_person = _pairs(_by(single, 2))
    return (
        correct / linked if linked > 0 else None,
        correct / of_one_person if of_one_person > 0 else None,
    )


def _by(
    single: Mapping[tuple[str, str, str], Seconds], part: int
) -> dict[tuple[str, object], Seconds]:
    """Return the seconds by recording and by one part of the keys."""
    sums: defaultdict[tuple[str, object], Seconds] = defaultdict(float)
    for key, seconds in single.items():
        sums[key[0], key[part]] += seconds
    return dict(sums)


def _pairs(seconds: Mapping[tuple[str, object], Seconds]) -> float:
    """Return the number of pairs of seconds with one label in different recordings, by recording and label."""
    totals: defaultdict[object, Seconds] = defaultdict(float)
    within: defaultdict[object, Seconds] = defaultdict(float)
    for (_, label), value in seconds.items():
        totals[label] += value
        within[label] += value**2
    return sum(totals[label] ** 2 - within[label] for label in totals) / 2


def b_cubed(single: Mapping[tuple[str, str, str], Seconds]) -> tuple[float | None, float | None]:
    """Return B-cubed precision and recall over seconds (Bagga and Baldwin 1998), all recordings together.

    >>> b_cubed({("a", "p1", "Ann"): 2.0, ("b", "p1", "Bob"): 2.0})
    (0.5, 1.0)
    """
    pairs: defaultdict[tuple[str, str], Seconds] = defaultdict(float)
    hypotheses: defaultdict[str, Seconds] = defaultdict(float)
    references: defaultdict[str, Seconds] = defaultdict(float)
    for (_, hypothesis, reference), seconds in single.items():
        pairs[hypothesis, reference] += seconds
        hypotheses[hypothesis] += seconds
        references[reference] += seconds
    total = sum(pairs.values())
    if not total:
        return None, None
    precision = sum(value**2 / hypotheses[h] for (h, _), value in pairs.items()) / total
    recall = sum(value**2 / references[r] for (_, r), value in pairs.items()) / total
    return precision, recall


def f_score(precision: float | None, recall: float | None) -> float | None:
    """Return the harmonic mean of precision and recall."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def detection_errors(scores: np.ndarray, is_same: np.ndarray) -> tuple[float, float] | None:
    """Return the equal error rate in percent and the minimum detection cost of scores (trials,).

    The cost is that of NIST with equal costs and a prior of 0.01, normalized. None if all trials are of one kind.

    >>> detection_errors(np.array([3.0, 1.0, 2.0, 0.0]), np.array([True, True, False, False]))
    (50.0, 0.5)
    """
    count = int(is_same.sum())
    if not 0 < count < len(is_same):
        return None
    order = np.argsort(-scores, kind="stable")
    values, same = scores[order], is_same[order]
    last = np.append(values[1:] != values[:-1], True)  # equal scores are accepted together
    miss = np.append(1.0, 1 - np.cumsum(same)[last] / count)
    alarm = np.append(0.0, np.cumsum(~same)[last] / (len(same) - count))
    costs = _COST_PRIOR * miss + (1 - _COST_PRIOR) * alarm
    return _equal_error(miss, alarm), float(costs.min()) / _COST_PRIOR


def _equal_error(miss: np.ndarray, alarm: np.ndarray) -> float:
    """Return the rate in percent at which misses (falling) and false alarms (rising) are equal, interpolated."""
    after = int(np.argmax(alarm >= miss))
    before = max(0, after - 1)
    falls = (miss[before] - alarm[before]) - (miss[after] - alarm[after])
    share = (miss[before] - alarm[before]) / falls if falls else 0.0
    return 100 * float(miss[before] + share * (miss[after] - miss[before]))


def named_shares(
    single: Mapping[tuple[str, str, str], Seconds], known: Iterable[str]
) -> tuple[float | None, float | None]:
    """Return the share of known people's time that has their name, and the share of strangers' time that has a name.

    >>> named_shares({("a", "Ann", "Ann"): 3.0, ("a", "p1", "Ann"): 1.0, ("a", "Ann", "Bob"): 1.0}, ["Ann"])
    (0.75, 1.0)
    """
    names = set(known)
    of_known = {key: seconds for key, seconds in single.items() if key[2] in names}
    of_strangers = {key: seconds for key, seconds in single.items() if key[2] not in names}
    correct = sum(seconds for key, seconds in of_known.items() if key[1] == key[2])
    named = sum(seconds for key, seconds in of_strangers.items() if key[1] in names)
    known_total, strangers_total = sum(of_known.values()), sum(of_strangers.values())
    return (
        correct / known_total if known_total else None,
        named / strangers_total if strangers_total else None,
    )
