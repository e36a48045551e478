"""What is wrong with a hypothesis, in seconds, under the three protocols of the field: see docs/scoring.md.

Seconds are counted as pyannote.metrics counts them. Speakers are mapped over the whole scored stretch before
collars are taken out, as NIST's md-eval does; pyannote.metrics alone would map them afterwards. Results
add: a corpus's score is the sum of its recordings'.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from diarflow.timeline.atomic_regions import TOUCHING, Cells, cut
from diarflow.timeline.intervals import Interval, Seconds, Turn

PROTOCOLS = ("full", "fair", "forgiving")


class Score(NamedTuple):
    """Seconds, but for the errors and the number of speakers of the Jaccard error rate.

    Time of speech counts for each speaker, but for `speech` and `vad_...`, which ask only whether
    anyone speaks. `overlap_...` is the part of it where the reference has two speakers or more.
    """

    scored: Seconds = 0.0  # the time that counts
    reference: Seconds = 0.0
    missed: Seconds = 0.0
    false_alarm: Seconds = 0.0
    confusion: Seconds = 0.0
    overlap_reference: Seconds = 0.0
    overlap_missed: Seconds = 0.0
    overlap_false_alarm: Seconds = 0.0
    overlap_confusion: Seconds = 0.0
    speech: Seconds = 0.0
    vad_missed: Seconds = 0.0
    vad_false_alarm: Seconds = 0.0
    jer_errors: float = 0.0  # sum over the reference's speakers, each from 0 to 1
    jer_speakers: int = 0
    hypothesis: Seconds = 0.0
    pure: Seconds = 0.0  # of each cluster, what it shares with its main speaker
    covered: Seconds = 0.0  # of each speaker, what it shares with its main cluster

    def __add__(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(self, other, strict=True)))


def score(
    reference: Iterable[Turn],
    hypothesis: Iterable[Turn],
    extent: Iterable[Interval],
    *,
    collar_each_side: Seconds,
) -> dict[str, Score]:
    """Score one recording: full (no collar), fair (collars), forgiving (collars, overlap left out).

    >>> said = [Turn(0.0, 4.0, "Ann"), Turn(4.0, 6.0, "Bob")]
    >>> found = [Turn(0.0, 5.0, "SPEAKER_00"), Turn(5.0, 6.0, "SPEAKER_01")]
    >>> score(said, found, [Interval(0.0, 10.0)], collar_each_side=0.25)["full"][:5]
    (10.0, 6.0, 0.0, 0.0, 1.0)
    """
    cells = cut(reference, hypothesis, extent, collar_each_side=collar_each_side)
    together = cells.reference.sum(axis=1) >= 2
    pairs, jaccard_pairs = _matched(cells), _matched_by_jaccard(cells)
    kept = {
        "full": cells.duration,
        "fair": cells.duration * ~cells.collar,
        "forgiving": cells.duration * ~(cells.collar | together),
    }
    return {
        protocol: _count(cells, seconds, pairs)
        + _count_jaccard(cells, seconds, jaccard_pairs)
        + _count_clusters(cells, seconds)
        for protocol, seconds in kept.items()
    }


def _count(cells: Cells, seconds: np.ndarray, pairs: np.ndarray) -> Score:
    """Diarization and detection errors; `seconds` (cells,) is what counts of each cell."""
    speakers, clusters = cells.reference.sum(axis=1), cells.hypothesis.sum(axis=1)
    right = (cells.reference[:, pairs[1]] & cells.hypothesis[:, pairs[0]]).sum(axis=1)
    wrong = np.stack(
        [
            speakers,
            np.maximum(speakers - clusters, 0),
            np.maximum(clusters - speakers, 0),
            np.minimum(speakers, clusters) - right,
        ],
        axis=1,
    )
    reference, missed, false_alarm, confusion = (seconds @ wrong).tolist()
    overlap = ((seconds * (speakers >= 2)) @ wrong).tolist()
    spoken, found = speakers > 0, clusters > 0
    detected = np.stack([spoken, spoken & ~found, found & ~spoken], axis=1)
    return Score(
        float(seconds.sum()),
        reference,
        missed,
        false_alarm,
        confusion,
        *overlap,
        *(seconds @ detected).tolist(),
    )


def _count_jaccard(cells: Cells, seconds: np.ndarray, pairs: np.ndarray) -> Score:
    """Errors of the reference's speakers, as dscore counts them: 1 for one that is paired with nobody."""
    said, found, shared = _shares(cells, seconds)
    errors = np.ones(len(said))
    cluster, speaker = pairs
    both = shared[cluster, speaker]
    either = said[speaker] + found[cluster] - both
    errors[speaker] -= np.divide(both, either, out=np.zeros_like(both), where=either > TOUCHING)
    there = said > TOUCHING
    return Score(jer_errors=max(0.0, float(errors[there].sum())), jer_speakers=int(there.sum()))


def _count_clusters(cells: Cells, seconds: np.ndarray) -> Score:
    _, found, shared = _shares(cells, seconds)
    return Score(
        hypothesis=float(found.sum()),
        pure=float(shared.max(axis=1, initial=0.0).sum()),
        covered=float(shared.max(axis=0, initial=0.0).sum()),
    )


def _shares(cells: Cells, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds of each speaker, of each cluster, and of both together (clusters, speakers)."""
    weighed = cells.reference * seconds[:, None]
    return weighed.sum(axis=0), seconds @ cells.hypothesis, cells.hypothesis.T @ weighed


def _matched(cells: Cells) -> np.ndarray:
    """Pairs (2, pairs) of cluster and speaker that together share most time.

    Rounded, so that what is equal is equal on any machine; the order of the names decides then.
    """
    *_, shared = _shares(cells, cells.duration)
    return _best(shared)


def _matched_by_jaccard(cells: Cells) -> np.ndarray:
    """The same by the sum of Jaccard indices: time of both over time of either."""
    said, found, shared = _shares(cells, cells.duration)
    either = found[:, None] + said - shared
    return _best(np.divide(shared, either, out=np.zeros_like(shared), where=either > TOUCHING))


def _best(gain: np.ndarray) -> np.ndarray:
    pairs = np.stack(linear_sum_assignment(-gain.round(6)))
    return pairs[:, gain[tuple(pairs)] > 0]


def match(
    reference: Iterable[Turn], hypothesis: Iterable[Turn], extent: Iterable[Interval]
) -> dict[str, str]:
    """The reference speaker that each hypothesis speaker stands for in a score; the others are left out.

    >>> said, found = [Turn(0.0, 4.0, "Ann")], [Turn(1.0, 3.0, "x"), Turn(3.0, 3.5, "y")]
    >>> match(said, found, [Interval(0.0, 4.0)])
    {'x': 'Ann'}
    """
    cells = cut(reference, hypothesis, extent)
    return {cells.clusters[x]: cells.speakers[a] for x, a in _matched(cells).T}
