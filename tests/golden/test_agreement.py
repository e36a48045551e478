"""Agreement with spy-der, whose scores are in agreement.tsv, and with the installed pyannote.metrics.

The cases are generated. docs/scoring.md explains the differences that the tests count.
"""

import csv
from pathlib import Path

import pytest
from agreement import CASES, COLLAR_EACH_SIDE, PROTOCOLS, make_case
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
from diarflow.scoring.pyannote_metrics import to_annotation

PYANNOTE_CASES = range(0, CASES, 2)  # half of the cases, because pyannote.metrics is slow
DIARIZATION_COMPONENTS = ("total", "missed detection", "false alarm", "confusion")


def score_case(number):
    return score(*make_case(number), collar_each_side=COLLAR_EACH_SIDE)


def read_spyder_rows():
    with open(Path(__file__).with_name("agreement.tsv"), newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_spyder_agrees_on_all_its_scores():
    rows = read_spyder_rows()
    assert len({row["case"] for row in rows}) > 500
    for row in rows:
        ours = score_case(int(row["case"]))[row["protocol"]]
        for name in ("reference", "missed", "false_alarm", "confusion"):
            assert getattr(ours, name) == pytest.approx(float(row[name]), abs=2e-4), (row, name)


def test_spyder_has_no_score_if_the_reference_has_no_scored_speech():
    scored = {(int(row["case"]), row["protocol"]) for row in read_spyder_rows()}
    for number in range(CASES):
        for protocol, ours in score_case(number).items():
            assert (ours.reference > 1e-6) == ((number, protocol) in scored), (number, protocol)


class PyannoteCase:
    """A case as objects of pyannote.core.

    `mapped` is the hypothesis with the reference speakers' names, by a mapping over the whole extent.
    """

    def __init__(self, number):
        reference, hypothesis, extent = make_case(number)
        self.uem = Timeline([Segment(*interval) for interval in extent])
        self.reference, self.hypothesis = to_annotation(reference), to_annotation(hypothesis)
        mapping = DiarizationErrorRate().optimal_mapping(
            self.reference, self.hypothesis, uem=self.uem
        )
        self.mapped = self.hypothesis.rename_labels(mapping)

    def crop(self, protocol):
        """Return reference, hypothesis and UEM without collars and, under forgiving, without overlap."""
        return DetectionErrorRate().uemify(
            self.reference,
            self.hypothesis,
            uem=self.uem,
            returns_uem=True,
            **self.options(protocol),
        )

    def options(self, protocol):
        regions, collar = PROTOCOLS[protocol]
        return {"collar": 2 * collar, "skip_overlap": regions == "nonoverlap"}


@pytest.fixture(scope="module")
def pairs():
    """Return our scores by protocol and pyannote's case, for each case."""
    return [(score_case(number), PyannoteCase(number)) for number in PYANNOTE_CASES]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pyannote_metrics_agrees_if_speakers_are_mapped_over_the_whole_extent(pairs, protocol):
    for scores, case in pairs:
        ours = scores[protocol]
        metric = IdentificationErrorRate(**case.options(protocol))
        components = metric.compute_components(case.reference, case.mapped, uem=case.uem)
        assert (ours.reference, ours.missed, ours.false_alarm, ours.confusion) == pytest.approx(
            tuple(components[name] for name in DIARIZATION_COMPONENTS), abs=1e-5
        )
        metric = DetectionErrorRate(**case.options(protocol))
        components = metric.compute_components(case.reference, case.hypothesis, uem=case.uem)
        assert (ours.speech, ours.vad_missed, ours.vad_false_alarm) == pytest.approx(
            tuple(components[name] for name in ("total", "miss", "false alarm")), abs=1e-5
        )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pyannote_metrics_agrees_on_purity_and_coverage_of_the_scored_time(pairs, protocol):
    for scores, case in pairs:
        ours = scores[protocol]
        reference, hypothesis, uem = case.crop(protocol)
        assert ours.scored == pytest.approx(uem.duration(), abs=1e-5)
        for metric, correct, total in (
            (DiarizationPurity(), ours.pure, ours.hypothesis),
            (DiarizationCoverage(), ours.covered, ours.reference),
        ):
            components = metric.compute_components(reference, hypothesis)
            expected = components["correct"], components["total"]
            assert (correct, total) == pytest.approx(expected, abs=1e-5)


def test_pyannote_metrics_agrees_on_errors_inside_overlap(pairs):
    for scores, case in pairs:
        ours = scores["full"]
        overlap = case.uem.crop(case.reference.get_overlap())
        components = IdentificationErrorRate().compute_components(
            case.reference, case.mapped, uem=overlap
        )
        errors = (
            ours.overlap_reference,
            ours.overlap_missed,
            ours.overlap_false_alarm,
            ours.overlap_confusion,
        )
        expected = tuple(components[name] for name in DIARIZATION_COMPONENTS)
        assert errors == pytest.approx(expected, abs=1e-5)


def test_jer_is_that_of_pyannote_metrics_or_lower(pairs):
    """It may be lower, because speakers are mapped by Jaccard index here and by time in pyannote.metrics."""
    lower = 0
    for scores, case in pairs:
        ours = scores["full"]
        components = JaccardErrorRate().compute_components(
            case.reference, case.hypothesis, uem=case.uem
        )
        assert ours.jer_speakers == components["speaker count"]
        assert ours.jer_errors <= components["speaker error"] + 1e-5
        lower += ours.jer_errors < components["speaker error"] - 1e-5
    assert 0 < lower < len(pairs) / 2


def test_pyannote_metrics_has_less_confusion_since_it_maps_after_removing_collars(pairs):
    lower = 0
    for scores, case in pairs:
        confusion = scores["fair"].confusion
        components = DiarizationErrorRate(collar=2 * COLLAR_EACH_SIDE).compute_components(
            case.reference, case.hypothesis, uem=case.uem
        )
        lower += components["confusion"] < confusion - 1e-3
        assert components["confusion"] <= confusion + 1e-5
    assert 0 < lower < len(pairs) / 4
