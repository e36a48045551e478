"""Purity and coverage of changes, on examples to check by eye and against pyannote.metrics."""

import math
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.segmentation import SegmentationCoverage, SegmentationPurity

from diarflow.scoring.speaker_changes import (
    Candidates,
    Coverage,
    Curve,
    Matches,
    at_thresholds,
    bootstrap,
    coverage_at,
    curve,
    precision_recall,
    pyannote_figures,
    regions,
    score_changes,
    sweep,
    true_changes,
    with_changes,
)
from diarflow.timeline.intervals import Turn

# Ann for 3 s, a pause of 1 s, Bob for 2 s, over the last 0.5 s of them Ann, and then 3 s more.
SAID = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob"), Turn(5.5, 9, "Ann")]

moments = st.integers(0, 640).map(lambda n: n / 64)  # few of them lie on the grid of 10 ms
conversations = st.lists(
    st.tuples(moments, moments, st.sampled_from("ABC"))
    .filter(lambda turn: turn[0] < turn[1])
    .map(lambda turn: Turn(*turn)),
    max_size=8,
)
kinds = st.sampled_from(["single", "set"])
cuts = st.lists(moments, max_size=8)
candidates = st.lists(st.tuples(moments, st.integers(0, 5).map(float)), max_size=8)


def runs(numbers):
    """Region numbers with the frames they last, as (number, frames)."""
    return [(int(number), len(list(run))) for number, run in groupby(numbers)]


def of(turns, kind="single", duration=10.0):
    return regions(turns, duration=duration, kind=kind)


def test_frames_with_one_speaker_are_kept_and_the_others_dropped():
    assert runs(of(SAID)) == [(0, 300), (-1, 100), (1, 150), (-1, 50), (2, 300), (-1, 100)]


def test_a_set_of_speakers_is_a_region_of_its_own():
    assert runs(of(SAID, "set")) == [
        (0, 300), (-1, 100), (1, 150), (2, 50), (3, 300), (-1, 100),
    ]  # fmt: skip


def test_a_region_goes_on_after_a_pause_and_after_overlap():
    said = [Turn(0, 1, "Ann"), Turn(3, 6, "Ann"), Turn(4, 5, "Bob")]
    assert runs(of(said, duration=6)) == [(0, 100), (-1, 200), (0, 100), (-1, 100), (0, 100)]


@pytest.mark.parametrize(("start", "dropped"), [(1.3, 0), (1.31, 31)])
def test_gaps_of_one_speaker_are_filled_up_to_300_ms(start, dropped):
    found = of([Turn(0, 1, "Ann"), Turn(start, 2, "Ann")], duration=2)
    assert np.count_nonzero(found == -1) == dropped


def test_turns_are_cut_to_the_recording():
    assert runs(of([Turn(-1, 1, "Ann"), Turn(1, 3, "Bob")], duration=2)) == [(0, 100), (1, 100)]


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="kind is 'both', expected one of single, set"):
        of(SAID, "both")


def test_true_changes_run_from_the_end_of_a_region_to_the_start_of_the_next():
    found = {
        kind: true_changes(SAID, duration=10, kind=kind).tolist() for kind in ("single", "set")
    }
    assert found == {
        "single": [[3, 4], [5.5, 6]],
        "set": [[3, 4], [5.5, 5.5], [6, 6]],
    }


@pytest.mark.parametrize(
    ("times", "covered", "pure"),
    [
        ([], 7.5, 3.0),  # one piece, of which Ann's first or last 3 s
        ([3.5], 7.5, 6.0),  # the second piece is 1.5 s of Bob and 3 of Ann
        ([3.0, 6.0], 7.5, 7.5),
        ([6.0, 4.0, 3.5], 7.5, 7.5),  # two changes in one pause, the piece between is empty
        ([1.0, 3.0, 5.75], 6.5, 7.5),  # Ann's first region is cut into 1 s and 2 s
    ],
)
def test_the_worked_examples(times, covered, pure):
    assert score_changes(of(SAID), times) == Coverage(covered, pure, 7.5)


def test_seconds_of_recordings_add_and_nothing_is_pure():
    assert Coverage(1.0, 2.0, 4.0) + Coverage(1.0, 1.0, 1.0) == Coverage(2.0, 3.0, 5.0)
    assert score_changes(of([]), [1.0]) == Coverage()
    assert (Coverage().purity, Coverage().coverage) == (1.0, 1.0)


@given(conversations, kinds)
def test_no_change_found_covers_everything(turns, kind):
    found = score_changes(of(turns, kind), [])
    assert found.covered == found.total


@given(conversations, kinds, st.sampled_from([0.0, 0.5, 1.0]))
def test_a_cut_anywhere_in_every_true_change_is_pure_and_covers_everything(turns, kind, where):
    changes = true_changes(turns, duration=10.0, kind=kind)
    found = score_changes(of(turns, kind), changes @ [1 - where, where])
    assert found.covered == found.pure == found.total


@given(conversations, kinds, cuts, cuts)
def test_more_cuts_never_lower_purity_nor_raise_coverage(turns, kind, few, more):
    numbers = of(turns, kind)
    before, after = score_changes(numbers, few), score_changes(numbers, few + more)
    assert after.pure >= before.pure and after.covered <= before.covered


def on_the_speech_only_axis(numbers, times):
    """The same regions and pieces end to end, as pyannote.metrics takes them."""
    kept = np.flatnonzero(numbers >= 0)
    reference, start = Annotation(), 0
    for number, frames in runs(numbers[kept]):
        reference[Segment(start / 100, (start + frames) / 100)] = str(number)
        start += frames
    borders = sorted({0, len(kept), *(int((kept < round(time * 100)).sum()) for time in times)})
    pieces = [Segment(a / 100, b / 100) for a, b in pairwise(borders)]
    return reference, Timeline(pieces)


@settings(deadline=None)
@given(conversations, kinds, cuts)
def test_pyannote_says_the_same_of_the_speech_only_axis(turns, kind, times):
    numbers = of(turns, kind)
    reference, pieces = on_the_speech_only_axis(numbers, times)
    found = score_changes(numbers, times)
    purity = SegmentationPurity(tolerance=0.0)(reference, pieces)
    coverage = SegmentationCoverage(tolerance=0.0)(reference, pieces)
    assert found.purity == pytest.approx(purity, abs=1e-9)
    assert found.coverage == pytest.approx(coverage, abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(conversations, candidates), min_size=1, max_size=3), kinds)
def test_a_sweep_is_the_score_of_the_corpus_at_each_threshold(corpus, kind):
    recordings = [
        Candidates(of(turns, kind), *np.array(found).reshape(-1, 2).T) for turns, found in corpus
    ]
    swept = sweep(recordings)
    assert set(swept.threshold) == {
        -math.inf,
        *(score for _, found in corpus for _, score in found),
    }
    for threshold, purity, coverage, changes in zip(*swept, strict=True):
        above = [times[scores > threshold] for _, times, scores in recordings]
        alone = [
            score_changes(r.regions, times) for r, times in zip(recordings, above, strict=True)
        ]
        whole = sum(alone, Coverage())
        assert (purity, coverage) == pytest.approx((whole.purity, whole.coverage), abs=1e-12)
        assert changes == sum(map(len, above))


def test_thresholds_are_no_more_than_asked_for_from_all_changes_to_none():
    scores = np.random.default_rng(0).random(100)
    found = sweep([Candidates(of(SAID), 10 * scores, scores)], max_thresholds=11)
    assert len(found.threshold) == 11 and set(found.threshold[1:]) < set(scores)
    assert (found.changes[0], found.changes[-1]) == (100, 0)


def test_a_corpus_of_nothing_has_the_one_threshold_that_leaves_all_changes():
    assert [column.tolist() for column in sweep([])] == [[-math.inf], [1.0], [1.0], [0]]


def test_coverage_at_a_purity_is_the_best_at_that_purity_or_above():
    purity, coverage = np.array([1.0, 0.8, 0.6, 0.8]), np.array([0.2, 0.6, 0.3, 0.4])
    found = coverage_at([0.5, 0.7, 0.8, 0.9, 1.0], Curve(purity, purity, coverage, purity))
    assert found == pytest.approx([0.6, 0.6, 0.6, 0.4, 0.2])


def test_above_the_highest_purity_reached_there_is_no_coverage():
    swept = sweep([Candidates(of(SAID), [3.5], [1.0])])  # purity .4 without the change, .8 with it
    assert np.isnan(coverage_at([0.4, 0.8, 0.81], swept)).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("times", "tolerance", "hits"),
    [
        ([], 0.25, 0),
        ([3.5, 5.75], 0.0, 2),  # inside the pause and the overlap
        ([2.75, 6.25], 0.25, 2),
        ([2.74, 6.26], 0.25, 0),
        ([2.74, 6.26], 0.5, 2),
        ([3.1, 3.5, 3.9], 0.25, 1),  # one true change takes one of those found
        ([4.5, 5.0], 1.0, 2),  # both are near both
    ],
)
def test_changes_are_matched_one_to_one_within_the_tolerance(times, tolerance, hits):
    found = precision_recall(regions(SAID, duration=10, kind="single"), times, tolerance=tolerance)
    assert found == Matches(hits, len(times), 2)


def test_as_many_changes_as_can_be_are_matched():
    """2.45 is near 2.0 and 2.8; that it is nearer to 2.8 must not leave 3.2 alone."""
    said = [Turn(0, 2, "Ann"), Turn(2, 2.8, "Bob"), Turn(2.8, 5, "Ann")]
    found = precision_recall(regions(said, duration=5, kind="single"), [2.45, 3.2], tolerance=0.5)
    assert found == Matches(2, 2, 2)


def test_numbers_of_matches_add_and_a_monologue_has_no_change_to_find():
    said = regions([Turn(0, 2, "Ann")], duration=2, kind="set")
    alone = precision_recall(said, [1.0], tolerance=0.5)
    assert alone + Matches(3, 4, 5) == Matches(3, 5, 5)


def test_recordings_without_a_change_are_left_out():
    corpus = [Candidates(of(turns), [], []) for turns in ([], SAID[:1], SAID)]
    assert [kept is corpus[2] for kept in with_changes(corpus)] == [True]


def test_the_bootstrap_is_the_same_for_a_seed_and_holds_the_corpus_score():
    corpus = [Candidates(of(SAID), [at], [at]) for at in np.arange(1.0, 9.0, 0.5)]
    thresholds = sweep(corpus, max_thresholds=60).threshold
    tables = [at_thresholds(recording, thresholds) for recording in corpus]

    def interval(seed):
        def statistic(drawn):
            return coverage_at([0.4, 0.45], curve(thresholds, drawn))

        return bootstrap(tables, statistic, samples=50, seed=seed)

    low, high = interval(0)
    whole = coverage_at([0.4, 0.45], sweep(corpus))
    assert interval(0).tolist() == [low.tolist(), high.tolist()] != interval(1).tolist()
    assert (low <= whole).all() and (whole <= high).all() and low[1] < high[1]


def test_pyannote_cuts_at_pauses_of_the_reference_and_fills_longer_gaps():
    said = [Turn(0, 3, "Ann"), Turn(3.4, 4, "Ann"), Turn(5, 6, "Bob")]
    assert pyannote_figures(said, [], duration=6) == pytest.approx((5.0, 5.0, 5.0))
    assert pyannote_figures(said, [1.0], duration=6) == pytest.approx((4.0, 5.0, 5.0))
    assert pyannote_figures(said, [], duration=6, tolerance=0.0) == pytest.approx((4.6, 4.6, 4.6))


def test_pyannote_has_a_say_on_overlap_and_none_on_silence():
    assert pyannote_figures(SAID, [], duration=9) == pytest.approx((8.0, 6.0, 8.0))
    assert pyannote_figures([], [1.0], duration=2) == Coverage()
