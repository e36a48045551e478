"""People: stable labels of linked speakers, and the probability of each speaker's person."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.linking.pairs import Pairs, score_pairs
from diarflow.linking.plda_scores import Scorer

Key = tuple[str, str, str]  # corpus, recording, speaker
_PATTERN = re.compile(r"PERSON_(\d+)")
_SHOWN = 0.01  # smallest probability of an alternative
_MOST_ALTERNATIVES = 5


class Membership(NamedTuple):
    """Probability that a voice is its person, and those of the most probable other people, by their numbers."""

    probability: float
    alternatives: tuple[tuple[int, float], ...]


def label_people(
    people: Sequence[int], keys: Sequence[Key], names: Mapping[int, str], earlier: Mapping[Key, str]
) -> dict[int, str]:
    """Return the label of each person: a known name, the label of an earlier run, or a new one.

    `people` (voices,) is the person of each key, `names` are those of known people. `earlier` maps the keys of
    an earlier run, also of recordings that have been removed, to labels. The largest common part of a person and
    an earlier label decides. A new label has the next free number, in the order of the persons' first keys.

    >>> keys = [("c", "a", "x"), ("c", "b", "x"), ("c", "b", "y")]
    >>> label_people([0, 0, 1], keys, {}, {})
    {0: 'PERSON_0001', 1: 'PERSON_0002'}
    >>> label_people([0, 1, 0], keys, {}, {("c", "b", "y"): "PERSON_0002"})
    {0: 'PERSON_0002', 1: 'PERSON_0003'}
    """
    labels = dict(names)
    common: Counter[tuple[int, str]] = Counter()
    first: dict[int, Key] = {}
    for person, key in sorted(zip(people, keys, strict=True), key=lambda pair: pair[1]):
        first.setdefault(person, key)
        if person not in names and _PATTERN.fullmatch(earlier.get(key, "")):
            common[person, earlier[key]] += 1
    taken = set(names.values())
    for (person, label), _ in sorted(
        common.items(), key=lambda item: (-item[1], item[0][1], first[item[0][0]])
    ):
        if person not in labels and label not in taken:
            labels[person] = label
            taken.add(label)
    numbers = [int(match[1]) for label in earlier.values() if (match := _PATTERN.fullmatch(label))]
    following = max(numbers, default=0)
    for person in sorted(first, key=first.__getitem__):
        if person not in labels:
            following += 1
            labels[person] = f"PERSON_{following:04d}"
    return labels


def memberships(
    scorer: Scorer, pairs: Pairs, people: np.ndarray, groups: np.ndarray, *, prior: float
) -> list[Membership]:
    """Return the membership of each voice in its person.

    The evidence for a person is the mean of the log odds of the voice and the person's other voices, without those of
    its own recording (`groups`). A person that the voice is compared with has at least one pair in `pairs`.
    """
    count = len(people)
    first = np.concatenate([pairs.first, pairs.second])
    second = np.concatenate([pairs.second, pairs.first])
    allowed = (groups[first] != groups[second]) | (groups[first] < 0)
    candidates = np.unique(np.stack([first, people[second]], axis=1)[allowed], axis=0)
    if not len(candidates):
        return [Membership(1.0, ())] * count
    # the voices of all candidate persons, one after the other
    sizes = np.bincount(people)
    order = np.argsort(people, kind="stable")
    lengths = sizes[candidates[:, 1]]
    starts = (np.cumsum(sizes) - sizes)[candidates[:, 1]]
    number = np.repeat(np.arange(len(candidates)), lengths)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    voice, other = candidates[number, 0], order[starts[number] + within]
    used = (voice != other) & ((groups[voice] != groups[other]) | (groups[voice] < 0))
    log_odds = score_pairs(scorer, voice[used], other[used], prior=prior)
    totals = np.bincount(number[used], log_odds, len(candidates))
    means = totals / np.bincount(number[used], minlength=len(candidates))
    return _softmax(count, candidates, means, people)


def _softmax(
    count: int, candidates: np.ndarray, means: np.ndarray, people: np.ndarray
) -> list[Membership]:
    """Return the memberships by the mean log odds of candidates (voice, person); a new person has log odds of 0."""
    odds = np.exp(np.clip(means, -50, 50))
    totals = 1 + np.bincount(candidates[:, 0], odds, count)
    probabilities = odds / totals[candidates[:, 0]]
    own = people[candidates[:, 0]] == candidates[:, 1]
    result = 1 / totals  # of people with one voice
    result[candidates[own, 0]] = probabilities[own]
    alternatives: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (voice, person), probability in zip(
        candidates[~own].tolist(), probabilities[~own].tolist(), strict=True
    ):
        if probability >= _SHOWN:
            alternatives[voice].append((person, round(probability, 4)))
    return [
        Membership(
            round(float(probability), 4),
            tuple(sorted(others, key=lambda other: (-other[1], other[0]))[:_MOST_ALTERNATIVES]),
        )
        for probability, others in zip(result, alternatives, strict=True)
    ]
