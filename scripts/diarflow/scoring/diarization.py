"""Diarization errors of one recording in seconds, under the protocols full, fair and forgiving.

With the same mapping of speakers, the seconds equal those of pyannote.metrics 4.2. The mapping can differ: here, speakers
are mapped over the whole scored extent before collars are removed, as in NIST's md-eval-22; pyannote.metrics removes
collars first. See docs/scoring.md.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from diarflow.scoring.mapping import map_by_jaccard, map_by_time, speaking_times
from diarflow.timeline.atomic_regions import TOUCHING_GAP, AtomicRegions, split_regions
from diarflow.timeline.intervals import Interval, Seconds, Turn

ERROR_KINDS = ("missed", "false_alarm", "confusion")


class Score(NamedTuple):
    """Error times of one recording or, because scores add up, of several.

    All fields are seconds, except `jer_errors` and `jer_speakers`. A second with two active speakers counts twice,
    except in `scored`, `speech` and the `vad_` fields, in which each second counts once.
    The `overlap_` fields count only seconds in regions with at least two reference speakers.

    The diarization error rate is (missed + false_alarm + confusion) / reference (NIST RT-09 evaluation plan).
    The Jaccard error rate is jer_errors / jer_speakers (Ryant et al. 2019, "The second DIHARD challenge").
    Cluster purity is pure / hypothesis, and coverage is covered / reference (pyannote.metrics, Bredin 2017).
    """

    scored: Seconds = 0.0
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
    jer_errors: float = 0.0  # sum over the reference speakers; each contributes 0 to 1
    jer_speakers: int = 0
    hypothesis: Seconds = 0.0
    pure: Seconds = 0.0  # time that each hypothesis speaker shares with its main reference speaker
    covered: Seconds = (
        0.0  # time that each reference speaker shares with its main hypothesis speaker
    )

    def __add__(self, other: "Score") -> "Score":  # type: ignore[override]
        return Score._make(a + b for a, b in zip(self, other, strict=True))


class ErrorRegion(NamedTuple):
    """An interval with one kind of error; `speakers` is the number of speakers it affects."""

    start: Seconds
    end: Seconds
    kind: str
    speakers: int


def score(
    reference: Iterable[Turn],
    hypothesis: Iterable[Turn],
    extent: Iterable[Interval],
    *,
    collar_each_side: Seconds,
) -> dict[str, Score]:
    """Score one recording under each protocol.

    Protocol `full` has no collar. `fair` removes `collar_each_side` seconds on both sides of each turn boundary
    of the reference. `forgiving` also removes the overlapping speech of the reference.

    >>> reference = [Turn(0.0, 4.0, "Ann"), Turn(4.0, 6.0, "Bob")]
    >>> hypothesis = [Turn(0.0, 5.0, "SPEAKER_00"), Turn(5.0, 6.0, "SPEAKER_01")]
    >>> score(reference, hypothesis, [Interval(0.0, 10.0)], collar_each_side=0.25)["full"][:5]
    (10.0, 6.0, 0.0, 0.0, 1.0)
    """
    regions = split_regions(reference, hypothesis, extent, collar_each_side=collar_each_side)
    overlap = regions.reference.sum(axis=1) >= 2
    mapping, jaccard_mapping = map_by_time(regions), map_by_jaccard(regions)
    durations_by_protocol = {
        "full": regions.duration,
        "fair": regions.duration * ~regions.collar,
        "forgiving": regions.duration * ~(regions.collar | overlap),
    }
    return {
        protocol: _score_errors(regions, durations, mapping)
        + _score_jaccard(regions, durations, jaccard_mapping)
        + _score_purity(regions, durations)
        for protocol, durations in durations_by_protocol.items()
    }


def error_regions(
    reference: Iterable[Turn], hypothesis: Iterable[Turn], extent: Iterable[Interval]
) -> list[ErrorRegion]:
    """Return the intervals of missed speech, false alarm and confusion in order of time.

    Regions, mapping and counts are those of `score`: for each kind of error, the sum of duration times
    `speakers` is the number of seconds under protocol `full`.

    >>> reference = [Turn(0.0, 4.0, "Ann")]
    >>> hypothesis = [Turn(1.0, 3.0, "x"), Turn(3.0, 5.0, "y")]
    >>> for region in error_regions(reference, hypothesis, [Interval(0.0, 5.0)]):
    ...     print(region.start, region.end, region.kind, region.speakers)
    0.0 1.0 missed 1
    3.0 4.0 confusion 1
    4.0 5.0 false_alarm 1
    """
    regions = split_regions(reference, hypothesis, extent)
    counts = _count_errors(regions, map_by_time(regions))
    return sorted(
        ErrorRegion(start, end, kind, speakers)
        for kind, column in zip(ERROR_KINDS, counts.T, strict=True)
        for start, end, speakers in _join_equal(regions, column)
    )


def _join_equal(
    regions: AtomicRegions, counts: np.ndarray
) -> Iterable[tuple[Seconds, Seconds, int]]:
    """Join adjacent regions with the same positive count; return start, end and count of each."""
    if not len(counts):
        return ()
    adjacent = regions.start[1:] == regions.end[:-1]
    first = np.flatnonzero(np.append(True, (np.diff(counts) != 0) | ~adjacent))
    last = np.append(first[1:], len(counts)) - 1
    columns = regions.start[first], regions.end[last], counts[first]
    return (row for row in zip(*(c.tolist() for c in columns), strict=True) if row[2] > 0)


def _count_errors(regions: AtomicRegions, mapping: np.ndarray) -> np.ndarray:
    """Return the number of missed, falsely detected and confused speakers in each region (regions, 3)."""
    expected, detected = regions.reference.sum(axis=1), regions.hypothesis.sum(axis=1)
    correct = (regions.reference[:, mapping[1]] & regions.hypothesis[:, mapping[0]]).sum(axis=1)
    return np.stack(
        [
            np.maximum(expected - detected, 0),
            np.maximum(detected - expected, 0),
            np.minimum(expected, detected) - correct,
        ],
        axis=1,
    )


def _score_errors(regions: AtomicRegions, durations: np.ndarray, mapping: np.ndarray) -> Score:
    """Return the diarization and speech detection errors; `durations` (regions,) are the scored seconds of each region."""
    speakers = regions.reference.sum(axis=1)
    counts = np.column_stack([speakers, _count_errors(regions, mapping)])
    reference, missed, false_alarm, confusion = (durations @ counts).tolist()
    overlap = ((durations * (speakers >= 2)) @ counts).tolist()
    speech, detected = speakers > 0, regions.hypothesis.any(axis=1)
    detection = np.stack([speech, speech & ~detected, detected & ~speech], axis=1)
    return Score(
        float(durations.sum()),
        reference,
        missed,
        false_alarm,
        confusion,
        *overlap,
        *(durations @ detection).tolist(),
    )


def _score_jaccard(regions: AtomicRegions, durations: np.ndarray, mapping: np.ndarray) -> Score:
    """Return the sum of the Jaccard errors of the reference speakers, and their number.

    As in dscore, the error of a speaker is 1 minus the Jaccard index, or 1 for a speaker without a mapping.
    """
    reference, hypothesis, shared = speaking_times(regions, durations)
    errors = np.ones(len(reference))
    column, row = mapping
    both = shared[column, row]
    either = reference[row] + hypothesis[column] - both
    errors[row] -= np.divide(both, either, out=np.zeros_like(both), where=either > TOUCHING_GAP)
    speaks = reference > TOUCHING_GAP
    return Score(jer_errors=max(0.0, float(errors[speaks].sum())), jer_speakers=int(speaks.sum()))


def _score_purity(regions: AtomicRegions, durations: np.ndarray) -> Score:
    """Return the numerators of purity and coverage, and the denominator of purity."""
    _, hypothesis, shared = speaking_times(regions, durations)
    return Score(
        hypothesis=float(hypothesis.sum()),
        pure=float(shared.max(axis=1, initial=0.0).sum()),
        covered=float(shared.max(axis=0, initial=0.0).sum()),
    )
