"""Agreement with scorers of others on generated cases: spy-der by fixture, pyannote.metrics as installed.

What differs, and why, is in docs/scoring.md; here it is counted.
"""

import csv
from pathlib import Path

import pytest
from agreement import CASES, COLLAR, REGIONS, case
from pyannote.core import Segment, Timeline
from pyannote.metrics.detection import DetectionErrorRate
from pyannote.metrics.diarization import (
    DiarizationCoverage,
    DiarizationErrorRate,
    DiarizationPurity,
    JaccardErrorRate,
)
from pyannote.metrics.identification import IdentificationErrorRate

from diarflow.scoring.diarization import score
from diarflow.scoring.speaker_changes import annotation

SHARED_CASES = range(0, CASES, 2)  # pyannote.metrics takes its time


def ours(number):
    return score(*case(number), collar_each_side=COLLAR)


def test_spy_der_agrees_wherever_it_says_anything():
    with open(Path(__file__).with_name("agreement.tsv"), newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len({row["case"] for row in rows}) > 500
    for row in rows:
        one = ours(int(row["case"]))[row["protocol"]]
        for name in ("reference", "missed", "false_alarm", "confusion"):
            assert getattr(one, name) == pytest.approx(float(row[name]), abs=2e-4), (row, name)


def test_spy_der_says_nothing_where_the_reference_holds_no_speech():
    with open(Path(__file__).with_name("agreement.tsv"), newline="") as file:
        told = {(int(row["case"]), row["protocol"]) for row in csv.DictReader(file, delimiter="\t")}
    for number in range(CASES):
        for protocol, one in ours(number).items():
            assert (one.reference > 1e-6) == ((number, protocol) in told), (number, protocol)


class Pyannote:
    """A case as pyannote.metrics has it; the hypothesis named after the reference by a mapping over all of it."""

    def __init__(self, number):
        reference, hypothesis, extent = case(number)
        self.uem = Timeline([Segment(*stretch) for stretch in extent])
        self.reference, self.hypothesis = annotation(reference), annotation(hypothesis)
        mapping = DiarizationErrorRate().optimal_mapping(
            self.reference, self.hypothesis, uem=self.uem
        )
        self.mapped = self.hypothesis.rename_labels(mapping)

    def scored(self, protocol):
        return DetectionErrorRate().uemify(
            self.reference,
            self.hypothesis,
            uem=self.uem,
            returns_uem=True,
            **self.settings(protocol),
        )

    def settings(self, protocol):
        regions, collar = REGIONS[protocol]
        return {"collar": 2 * collar, "skip_overlap": regions == "nonoverlap"}


@pytest.fixture(scope="module")
def pairs():
    """Our scores and pyannote's case, by number; those that hold speech."""
    return [(ours(number), Pyannote(number)) for number in SHARED_CASES]


@pytest.mark.parametrize("protocol", REGIONS)
def test_pyannote_metrics_agrees_once_speakers_are_mapped_over_the_whole_extent(pairs, protocol):
    for found, theirs in pairs:
        one = found[protocol]
        metric = IdentificationErrorRate(**theirs.settings(protocol))
        parts = metric.compute_components(theirs.reference, theirs.mapped, uem=theirs.uem)
        assert (one.reference, one.missed, one.false_alarm, one.confusion) == pytest.approx(
            tuple(
                parts[name] for name in ("total", "missed detection", "false alarm", "confusion")
            ),
            abs=1e-5,
        )
        metric = DetectionErrorRate(**theirs.settings(protocol))
        parts = metric.compute_components(theirs.reference, theirs.hypothesis, uem=theirs.uem)
        assert (one.speech, one.vad_missed, one.vad_false_alarm) == pytest.approx(
            tuple(parts[name] for name in ("total", "miss", "false alarm")), abs=1e-5
        )


@pytest.mark.parametrize("protocol", REGIONS)
def test_pyannote_metrics_agrees_on_purity_and_coverage_of_what_is_scored(pairs, protocol):
    for found, theirs in pairs:
        one = found[protocol]
        reference, hypothesis, uem = theirs.scored(protocol)
        assert one.scored == pytest.approx(uem.duration(), abs=1e-5)
        for metric, part, whole in (
            (DiarizationPurity(), one.pure, one.hypothesis),
            (DiarizationCoverage(), one.covered, one.reference),
        ):
            parts = metric.compute_components(reference, hypothesis)
            assert (part, whole) == pytest.approx((parts["correct"], parts["total"]), abs=1e-5)


def test_error_inside_overlap_is_that_of_pyannote_metrics_on_the_overlap_alone(pairs):
    for found, theirs in pairs:
        one = found["full"]
        overlap = theirs.reference.get_overlap()
        metric = IdentificationErrorRate()
        parts = metric.compute_components(
            theirs.reference, theirs.mapped, uem=theirs.uem.crop(overlap)
        )
        expected = tuple(
            parts[name] for name in ("total", "missed detection", "false alarm", "confusion")
        )
        counted = (
            one.overlap_reference,
            one.overlap_missed,
            one.overlap_false_alarm,
            one.overlap_confusion,
        )
        assert counted == pytest.approx(expected, abs=1e-5)


def test_jer_is_that_of_pyannote_metrics_or_lower_since_we_map_by_jaccard(pairs):
    lower = 0
    for found, theirs in pairs:
        one = found["full"]
        parts = JaccardErrorRate().compute_components(
            theirs.reference, theirs.hypothesis, uem=theirs.uem
        )
        assert one.jer_speakers == parts["speaker count"]
        assert one.jer_errors <= parts["speaker error"] + 1e-5
        lower += one.jer_errors < parts["speaker error"] - 1e-5
    assert 0 < lower < len(pairs) / 2


def test_pyannote_metrics_alone_maps_after_collars_and_then_differs(pairs):
    differing = 0
    for found, theirs in pairs:
        parts = DiarizationErrorRate(collar=2 * COLLAR).compute_components(
            theirs.reference, theirs.hypothesis, uem=theirs.uem
        )
        differing += parts["confusion"] < found["fair"].confusion - 1e-3
        assert parts["confusion"] <= found["fair"].confusion + 1e-5
    assert 0 < differing < len(pairs) / 4
