"""Evaluation of the linking of a system: a row of scores, from references and labelled turns."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from diarflow.clustering.plda import Plda
from diarflow.linking.link import compare
from diarflow.linking.people import Key
from diarflow.linking.voice_files import VoiceRow
from diarflow.scoring.link_totals import LINK_SCORES
from diarflow.scoring.linking import (
    NO_TIMES,
    LinkTimes,
    b_cubed,
    cross_recording_confusion,
    der_percent,
    detection_errors,
    f_score,
    link_precision_recall,
    named_shares,
)

COLUMNS = (
    "link", "corpus", "system", "recordings", "reference_people", "people", "reference_seconds", "der", *LINK_SCORES,
)  # fmt: skip
_MOST_VOICES = 3000  # of which all pairs are trials of the detection


class LinkEvidence(NamedTuple):
    """Evidence for the scores of a system on a corpus, which adds up over corpora.

    `names` are the reference people of the voices, by the keys of the voices.
    """

    recordings: int = 0
    times: LinkTimes = NO_TIMES
    voices: tuple[VoiceRow, ...] = ()
    names: Mapping[Key, str] = {}

    def __add__(self, other: "LinkEvidence") -> "LinkEvidence":  # type: ignore[override]
        return LinkEvidence(
            self.recordings + other.recordings,
            self.times + other.times,
            self.voices + other.voices,
            {**self.names, **other.names},
        )


def score_row(
    times: LinkTimes, detection: tuple[float, float] | None, known: Sequence[str]
) -> dict[str, Any]:
    """Return the scores of a system in percent, by column; None where a score is not defined."""
    precision, recall = link_precision_recall(times.single)
    b_precision, b_recall = b_cubed(times.single)
    eer, cost = detection or (None, None)
    named, strangers = named_shares(times.single, known) if known else (None, None)
    return {
        "reference_people": len({reference for _, reference in times.shared}),
        "people": len({hypothesis for hypothesis, _ in times.shared}),
        "reference_seconds": round(times.reference, 3),
        "der": _rounded(der_percent(times, times.confusion), 1),
        "cross_der": _rounded(der_percent(times, cross_recording_confusion(times)), 1),
        "link_precision": _rounded(precision),
        "link_recall": _rounded(recall),
        "link_f1": _rounded(f_score(precision, recall)),
        "bcubed_precision": _rounded(b_precision),
        "bcubed_recall": _rounded(b_recall),
        "bcubed_f1": _rounded(f_score(b_precision, b_recall)),
        "eer": _rounded(eer, 1),
        "min_dcf": None if cost is None else round(cost, 4),
        "known_named": _rounded(named),
        "strangers_named": _rounded(strangers),
    }


def _rounded(value: float | None, factor: float = 100) -> float | None:
    return None if value is None else round(factor * value, 2)


def detection_of_voices(
    voices: Sequence[VoiceRow],
    names: Mapping[Key, str],
    plda: Plda | None,
    *,
    min_clean_time: float,
) -> tuple[float, float] | None:
    """Return EER and minimum detection cost of the scores of all pairs of voices in different recordings.

    `names` are the reference people of the voices; voices without one are not used. None without trials of both kinds.
    """
    named = [voice for voice in voices if voice.key in names]
    if len(named) > _MOST_VOICES:
        chosen = np.random.default_rng(0).choice(len(named), _MOST_VOICES, replace=False)
        logging.info("detection errors of %d of %d voices", _MOST_VOICES, len(named))
        named = [named[number] for number in sorted(chosen)]
    comparison = compare(named, plda, min_clean_time=min_clean_time)
    first, second = np.triu_indices(len(comparison.keys), 1)
    apart = comparison.groups[first] != comparison.groups[second]
    first, second = first[apart], second[apart]
    if not len(first):
        return None
    people = np.array([names[key] for key in comparison.keys])
    return detection_errors(
        comparison.scorer.of_pairs(first, second), people[first] == people[second]
    )
