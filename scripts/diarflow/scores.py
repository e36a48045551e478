"""Diarization error rate, its parts in seconds, under the three protocols of the field.

Speakers are mapped over the whole scored stretch before collars are taken out, as NIST's md-eval does;
pyannote.metrics alone would map them afterwards. What results add up to is a corpus's score.
"""

from collections.abc import Iterable
from typing import NamedTuple

from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from pyannote.metrics.identification import IdentificationErrorRate

from diarflow.intervals import Interval, Seconds, Turn, union

PROTOCOLS = ("full", "fair", "forgiving")


class Score(NamedTuple):
    """Seconds. `scored` is the time that counts, `reference` the speech in it, each speaker's for itself."""

    scored: Seconds
    reference: Seconds
    missed: Seconds
    false_alarm: Seconds
    confusion: Seconds


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
    >>> score(said, found, [Interval(0.0, 10.0)], collar_each_side=0.25)["full"]
    Score(scored=10.0, reference=6.0, missed=0.0, false_alarm=0.0, confusion=1.0)
    """
    uem = Timeline([Segment(start, end) for start, end in extent])
    truth, guess = annotation(reference, "reference "), annotation(hypothesis, "hypothesis ")
    guess = guess.rename_labels(DiarizationErrorRate().optimal_mapping(truth, guess, uem=uem))
    collar = 2 * collar_each_side  # pyannote.metrics takes the width of both sides together
    return {
        "full": _count(truth, guess, uem, collar=0.0, skip_overlap=False),
        "fair": _count(truth, guess, uem, collar=collar, skip_overlap=False),
        "forgiving": _count(truth, guess, uem, collar=collar, skip_overlap=True),
    }


def _count(truth, guess, uem, *, collar: Seconds, skip_overlap: bool) -> Score:
    metric = IdentificationErrorRate(collar=collar, skip_overlap=skip_overlap)
    parts = metric.compute_components(truth, guess, uem=uem)
    *_, scored = metric.uemify(
        truth, guess, uem=uem, collar=collar, skip_overlap=skip_overlap, returns_uem=True
    )
    return Score(
        scored=scored.duration(),
        reference=parts["total"],
        missed=parts["missed detection"],
        false_alarm=parts["false alarm"],
        confusion=parts["confusion"],
    )


def annotation(turns: Iterable[Turn], prefix: str = "") -> Annotation:
    """Turns as pyannote has them, overlapping or touching ones of a speaker merged.

    The prefix keeps a speaker of the hypothesis from being taken for one of the reference.
    """
    by_speaker: dict[str, list[Interval]] = {}
    for start, end, speaker in turns:
        by_speaker.setdefault(speaker, []).append(Interval(start, end))
    found = Annotation()
    for speaker, intervals in by_speaker.items():
        for start, end in union(intervals):
            found[Segment(start, end), speaker] = prefix + speaker
    return found


def match(
    reference: Iterable[Turn], hypothesis: Iterable[Turn], extent: Iterable[Interval]
) -> dict[str, str]:
    """The reference speaker that each hypothesis speaker stands for in a score; the others are left out.

    >>> said, found = [Turn(0.0, 4.0, "Ann")], [Turn(1.0, 3.0, "x"), Turn(3.0, 3.5, "y")]
    >>> match(said, found, [Interval(0.0, 4.0)])
    {'x': 'Ann'}
    """
    uem = Timeline([Segment(start, end) for start, end in extent])
    truth, guess = annotation(reference), annotation(hypothesis)
    return dict(sorted(DiarizationErrorRate().optimal_mapping(truth, guess, uem=uem).items()))
