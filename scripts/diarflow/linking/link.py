"""Linking of all voices of a group of corpora: from voices to people with labels and probabilities."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from diarflow.backends import load
from diarflow.clustering.plda import Plda
from diarflow.errors import InputError
from diarflow.linking import LINKERS
from diarflow.linking.pairs import Constraints, Pairs, logit, score_pairs
from diarflow.linking.people import Key, label_people, memberships
from diarflow.linking.plda_scores import Scorer, make_scorer, voice_variances
from diarflow.linking.voice_files import VoiceRow

WINDOW = 1.5  # seconds of clean speech that count as one independent window
_SESSION = (
    0.5  # variance between the recordings of a person, in units of the variance within speakers
)
KNOWN = ("", "", "")  # corpus and recording of known people are empty
_LOWEST = 0.01  # probability of the pairs that are searched


class LinkedSpeaker(NamedTuple):
    """Person of a speaker, with the probability, and the other people that are likely, each with a probability.

    `probability` is None for a speaker who was not compared, because of too little clean speech.
    """

    key: Key
    person: str
    probability: float | None
    talk_time: float
    alternatives: tuple[tuple[str, float], ...]


class Comparison(NamedTuple):
    """Voices that are compared, in the order of their keys, with what the comparison needs."""

    keys: list[Key]
    scorer: Scorer
    groups: np.ndarray


def compare(voices: Sequence[VoiceRow], plda: Plda | None, *, min_clean_time: float) -> Comparison:
    """Return the voices with enough clean speech, in the space of the PLDA.

    Without a PLDA, unit vectors are scaled, and the variances between people and within them are assumed equal.
    """
    used = [
        voice for voice in voices if voice.clean_time > 0 and voice.clean_time >= min_clean_time
    ]
    used.sort(key=lambda voice: voice.key)
    keys = [voice.key for voice in used]
    vectors = np.array([voice.vector for voice in used], np.float64)
    if not used:
        vectors = np.zeros((0, 1))
        between = np.ones(1)
    elif plda is None:
        length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        vectors = vectors / length * np.sqrt(2 * vectors.shape[1])
        between = np.ones(vectors.shape[1])
    elif plda.centre.shape != vectors.shape[1:]:
        raise InputError(
            f"the PLDA was trained on vectors of {len(plda.centre)} dimensions, these have {vectors.shape[1]}. "
            "Give `links` a PLDA of this embedding, or set its `model` to null."
        )
    else:
        vectors, between = plda.project(vectors), plda.between
    counts = np.array([voice.clean_time / WINDOW for voice in used])
    variances = voice_variances(counts, session=_SESSION)
    return Comparison(keys, make_scorer(vectors, variances, between), _groups(keys))


def _groups(keys: Sequence[Key]) -> np.ndarray:
    """Return a number for the recording of each key. All known people are in one group, since they differ."""
    numbers: dict[tuple[str, str], int] = {}
    return np.array([numbers.setdefault(key[:2], len(numbers)) for key in keys], int)


def constraints_of(
    comparison: Comparison, same: Sequence[tuple[Key, Key]], different: Sequence[tuple[Key, Key]],
    *, prior: float, same_recording: float,
) -> Constraints:  # fmt: skip
    """Return the constraints of pairs of keys, and the speakers of one recording that are likely one person.

    The clustering of a recording is uncertain about two speakers if the probability that they are one person is at
    least `same_recording`.
    """
    index = {key: number for number, key in enumerate(comparison.keys)}

    def numbers(pairs: Sequence[tuple[Key, Key]]) -> np.ndarray:
        known = [(index[a], index[b]) for a, b in pairs if a in index and b in index]
        return np.array(known, int).reshape(-1, 2)

    uncertain = np.zeros((0, 2), int)
    if same_recording < 1:
        first, second = _pairs_within(comparison)
        chosen = score_pairs(comparison.scorer, first, second, prior=prior) >= logit(same_recording)
        uncertain = np.stack([first[chosen], second[chosen]], axis=1)
    return Constraints(numbers(same), numbers(different), comparison.groups, uncertain)


def _pairs_within(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of voices of one recording, (pairs,) each. Known people are in no recording."""
    # the voices of a recording follow each other
    firsts, seconds = [np.zeros(0, int)], [np.zeros(0, int)]
    numbers = np.arange(len(comparison.keys))
    for step in range(1, len(numbers)):
        alike = comparison.groups[:-step] == comparison.groups[step:]
        if not alike.any():
            break
        firsts.append(numbers[:-step][alike])
        seconds.append(numbers[step:][alike])
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    is_known = np.array([key[:2] == KNOWN[:2] for key in comparison.keys], bool)
    return first[~is_known[first]], second[~is_known[first]]


def link_voices(
    voices: Sequence[VoiceRow],
    comparison: Comparison,
    pairs: Pairs,
    constraints: Constraints,
    earlier: Mapping[Key, str],
    settings: Mapping[str, Any],
    joined: Mapping[Key, Key] = MappingProxyType({}),
) -> list[LinkedSpeaker]:
    """Return the person of each voice that is not of a known person, in the order of the keys.

    `settings` are the backend with its settings. A voice that is not compared, because it has too little clean
    speech, is the person of the voice that `joined` maps it to, or else a person of its own.
    """
    link = load(LINKERS, dict(settings))
    people = link(comparison.scorer, pairs, constraints)
    members = memberships(
        comparison.scorer, pairs, people, comparison.groups, prior=settings["prior"]
    )
    compared = set(comparison.keys)
    left = sorted(
        voice.key for voice in voices if voice.key not in compared and voice.key[:2] != KNOWN[:2]
    )
    keys = [*comparison.keys, *left]
    numbers = [*people.tolist(), *range(len(keys), len(keys) + len(left))]
    number_of = dict(zip(keys, numbers, strict=True))
    # a known person with too little speech is not compared
    numbers = [number_of.get(joined.get(key, key), number_of[key]) for key in keys]
    names = {
        person: key[2] for person, key in zip(numbers, keys, strict=True) if key[:2] == KNOWN[:2]
    }
    labels = label_people(numbers, keys, names, earlier)
    talk_time = {voice.key: voice.talk_time for voice in voices}
    linked = [
        LinkedSpeaker(
            key, labels[person], member.probability, talk_time[key],
            tuple((labels[other], value) for other, value in member.alternatives),
        )
        for key, person, member in zip(comparison.keys, people.tolist(), members, strict=True)
        if key[:2] != KNOWN[:2]
    ]  # fmt: skip
    linked += [
        LinkedSpeaker(key, labels[number], None, talk_time[key], ())
        for key, number in zip(left, numbers[len(comparison.keys) :], strict=True)
    ]
    return sorted(linked)


def lowest_log_odds(threshold: float) -> float:
    """Return the log odds above which pairs are searched."""
    return min(logit(threshold), logit(_LOWEST))
