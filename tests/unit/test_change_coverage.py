"""Coverage and purity of speaker changes, on examples to check by eye and against pyannote.metrics."""

import math
from itertools import pairwise

import numpy as np
import pytest
from conversations import TURNS, conversations, count_frames, regions_of, times
from hypothesis import given
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.segmentation import SegmentationCoverage, SegmentationPurity

from diarflow.scoring.bootstrap import bootstrap_interval
from diarflow.scoring.change_coverage import (
    Candidates,
    Coverage,
    Curve,
    coverage_at_purity,
    score_at_thresholds,
    score_changes,
    sum_curve,
    sweep_thresholds,
)
from diarflow.scoring.change_regions import reference_changes

kinds = st.sampled_from(["single", "set"])
cuts = st.lists(times, max_size=8)
candidates = st.lists(st.tuples(times, st.integers(0, 5).map(float)), max_size=8)


@pytest.mark.parametrize(
    ("times", "covered", "pure"),
    [
        ([], 7.5, 3.0),  # one segment, of which Ann's first or last 3 s
        ([3.5], 7.5, 6.0),  # the second segment has 1.5 s of Bob and 3 s of Ann
        ([3.0, 6.0], 7.5, 7.5),
        ([6.0, 4.0, 3.5], 7.5, 7.5),  # two changes in one pause: the segment between is empty
        ([1.0, 3.0, 5.75], 6.5, 7.5),  # Ann's first region is cut into 1 s and 2 s
    ],
)
def test_worked_examples(times, covered, pure):
    assert score_changes(regions_of(TURNS), times) == Coverage(covered, pure, 7.5)


def test_seconds_add_up_and_no_speech_is_pure_and_covered():
    assert Coverage(1.0, 2.0, 4.0) + Coverage(1.0, 1.0, 1.0) == Coverage(2.0, 3.0, 5.0)
    assert score_changes(regions_of([]), [1.0]) == Coverage()
    assert (Coverage().purity, Coverage().coverage) == (1.0, 1.0)


@given(conversations, kinds)
def test_no_detected_change_covers_everything(turns, kind):
    score = score_changes(regions_of(turns, kind), [])
    assert score.covered == score.total


@given(conversations, kinds, st.sampled_from([0.0, 0.5, 1.0]))
def test_a_cut_anywhere_in_each_change_is_pure_and_covers_everything(turns, kind, position):
    regions = regions_of(turns, kind)
    score = score_changes(regions, reference_changes(regions) @ [1 - position, position])
    assert score.covered == score.pure == score.total


@given(conversations, kinds, cuts, cuts)
def test_more_cuts_never_lower_purity_nor_raise_coverage(turns, kind, few, more):
    regions = regions_of(turns, kind)
    before, after = score_changes(regions, few), score_changes(regions, few + more)
    assert after.pure >= before.pure and after.covered <= before.covered


def speech_only(regions, times):
    """Return regions and segments without the dropped frames, as objects of pyannote.core."""
    kept = np.flatnonzero(regions >= 0)
    reference, start = Annotation(), 0
    for number, frames in count_frames(regions[kept]):
        reference[Segment(start / 100, (start + frames) / 100)] = str(number)
        start += frames
    borders = sorted({0, len(kept), *(int((kept < round(time * 100)).sum()) for time in times)})
    segments = [Segment(a / 100, b / 100) for a, b in pairwise(borders)]
    return reference, Timeline(segments)


@given(conversations, kinds, cuts)
def test_pyannote_metrics_agrees_on_the_speech_only_axis(turns, kind, times):
    regions = regions_of(turns, kind)
    reference, segments = speech_only(regions, times)
    score = score_changes(regions, times)
    purity = SegmentationPurity(tolerance=0.0)(reference, segments)
    coverage = SegmentationCoverage(tolerance=0.0)(reference, segments)
    assert score.purity == pytest.approx(purity, abs=1e-9)
    assert score.coverage == pytest.approx(coverage, abs=1e-9)


@given(st.lists(st.tuples(conversations, candidates), min_size=1, max_size=3), kinds)
def test_a_curve_is_the_score_of_the_corpus_at_each_threshold(corpus, kind):
    recordings = [
        Candidates(regions_of(turns, kind), *np.array(rows).reshape(-1, 2).T)
        for turns, rows in corpus
    ]
    curve = sweep_thresholds(recordings)
    assert set(curve.threshold) == {-math.inf, *(score for _, rows in corpus for _, score in rows)}
    for threshold, purity, coverage, changes in zip(*curve, strict=True):
        above = [times[scores > threshold] for _, times, scores in recordings]
        total = sum(
            (score_changes(r.regions, times) for r, times in zip(recordings, above, strict=True)),
            start=Coverage(),
        )
        assert (purity, coverage) == pytest.approx((total.purity, total.coverage), abs=1e-12)
        assert changes == sum(map(len, above))


def test_thresholds_are_thinned_out_and_run_from_all_candidates_to_none():
    scores = np.random.default_rng(0).random(100)
    curve = sweep_thresholds(
        [Candidates(regions_of(TURNS), 10 * scores, scores)], max_thresholds=11
    )
    assert len(curve.threshold) == 11 and set(curve.threshold[1:]) < set(scores)
    assert (curve.changes[0], curve.changes[-1]) == (100, 0)


def test_a_corpus_without_recordings_has_one_threshold():
    curve = sweep_thresholds([])
    assert [column.tolist() for column in curve] == [[-math.inf], [1.0], [1.0], [0]]


def test_coverage_at_a_purity_is_the_highest_at_this_purity_or_above():
    purity, coverage = np.array([1.0, 0.8, 0.6, 0.8]), np.array([0.2, 0.6, 0.3, 0.4])
    values = coverage_at_purity([0.5, 0.7, 0.8, 0.9, 1.0], Curve(purity, purity, coverage, purity))
    assert values == pytest.approx([0.6, 0.6, 0.6, 0.4, 0.2])


def test_coverage_above_the_highest_purity_is_nan():
    # the purity is 0.4 without the change and 0.8 with it
    curve = sweep_thresholds([Candidates(regions_of(TURNS), [3.5], [1.0])])
    assert np.isnan(coverage_at_purity([0.4, 0.8, 0.81], curve)).tolist() == [False, False, True]


def test_the_bootstrap_interval_is_reproducible_and_contains_the_coverage_of_the_corpus():
    corpus = [Candidates(regions_of(TURNS), [time], [time]) for time in np.arange(1.0, 9.0, 0.5)]
    thresholds = sweep_thresholds(corpus, max_thresholds=60).threshold
    scores = [score_at_thresholds(recording, thresholds) for recording in corpus]
    purities = [0.4, 0.45]

    def statistic(drawn):
        return coverage_at_purity(purities, sum_curve(thresholds, drawn))

    def interval(seed):
        return bootstrap_interval(scores, statistic, samples=50, seed=seed)

    low, high = interval(0)
    coverage = coverage_at_purity(purities, sweep_thresholds(corpus))
    assert interval(0).tolist() == [low.tolist(), high.tolist()] != interval(1).tolist()
    assert (low <= coverage).all() and (coverage <= high).all() and low[1] < high[1]
