"""Scores computed by hand, small enough to check by eye."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.scoring.diarization import ERROR_KINDS, Score, error_regions, score
from diarflow.scoring.mapping import optimal_mapping
from diarflow.timeline.intervals import Interval, Turn

WHOLE = [Interval(0.0, 10.0)]


def score_rounded(reference, hypothesis, extent=WHOLE, protocol="full", collar=0.25):
    """Return the score under one protocol, rounded to the microsecond."""
    scores = score(reference, hypothesis, extent, collar_each_side=collar)
    return Score(*(round(value, 6) for value in scores[protocol]))


def errors(*arguments, **options):
    """Return missed, false alarm, confusion and reference seconds."""
    s = score_rounded(*arguments, **options)
    return s.missed, s.false_alarm, s.confusion, s.reference


def test_missed_false_alarm_and_confusion_are_distinguished():
    reference = [Turn(0, 4, "A"), Turn(4, 8, "B")]
    hypothesis = [Turn(1, 5, "x"), Turn(5, 8, "y"), Turn(9, 10, "y")]
    assert errors(reference, hypothesis) == (1.0, 1.0, 1.0, 8.0)


def test_overlapping_speech_counts_for_each_speaker():
    reference, hypothesis = [Turn(0, 4, "A"), Turn(2, 4, "B")], [Turn(0, 4, "x")]
    assert errors(reference, hypothesis) == (2.0, 0.0, 0.0, 6.0)
    forgiving = errors(reference, hypothesis, protocol="forgiving", collar=0.0)
    assert forgiving == (0.0, 0.0, 0.0, 2.0)


def test_a_collar_is_removed_on_each_side():
    reference, hypothesis = [Turn(2, 6, "A")], [Turn(1.9, 6.1, "x")]
    assert errors(reference, hypothesis) == (0.0, 0.2, 0.0, 4.0)
    assert errors(reference, hypothesis, protocol="fair") == (0.0, 0.0, 0.0, 3.5)


def test_time_outside_the_extent_is_not_scored():
    assert errors([Turn(0, 4, "A")], [Turn(3, 8, "x")], [Interval(2, 5)]) == (1.0, 1.0, 0.0, 2.0)


def test_false_alarms_outside_the_reference_are_scored():  # bug 27: the extent is always explicit
    hypothesis = [Turn(0, 1, "x"), Turn(8, 10, "x")]
    assert errors([Turn(0, 1, "A")], hypothesis) == (0.0, 2.0, 0.0, 1.0)


def test_speakers_are_mapped_before_collars_are_removed():
    """x shares 1.4 s with A's short turns, all but 0.4 of it within collars, and 1.0 s with B, half of it.

    Mapped over the whole extent x is A. Mapped without the collars it would be B.
    """
    reference = [Turn(0.0, 0.7, "A"), Turn(2.0, 2.7, "A"), Turn(4.0, 5.0, "B")]
    hypothesis = [Turn(turn.start, turn.end, "x") for turn in reference]
    assert errors(reference, hypothesis, protocol="fair") == (0.0, 0.0, 0.5, 0.9)


def test_equal_names_in_hypothesis_and_reference_do_not_map_speakers():
    reference = [Turn(0, 4, "SPEAKER_00"), Turn(4, 6, "SPEAKER_01")]
    hypothesis = [Turn(0, 4, "SPEAKER_01"), Turn(4, 6, "SPEAKER_01"), Turn(8, 9, "SPEAKER_00")]
    assert errors(reference, hypothesis) == (0.0, 1.0, 2.0, 6.0)


def test_overlapping_turns_of_one_speaker_count_once():
    reference = [Turn(0, 3, "A"), Turn(2, 4, "A")]
    hypothesis = [Turn(0, 2, "x"), Turn(2, 4, "x")]
    assert errors(reference, hypothesis) == (0, 0, 0, 4)


@pytest.mark.parametrize("reference", [[], [Turn(0, 2, "A")]])
def test_an_empty_hypothesis_misses_all_speech(reference):
    speech = sum(turn.end - turn.start for turn in reference)
    assert errors(reference, []) == (speech, 0.0, 0.0, speech)


def test_an_empty_extent_has_no_errors():
    assert errors([Turn(0, 2, "A")], [Turn(0, 2, "x")], []) == (0.0, 0.0, 0.0, 0.0)
    assert error_regions([Turn(0, 2, "A")], [Turn(0, 2, "x")], []) == []


def test_speakers_are_mapped_by_shared_time():
    reference = [Turn(0, 4, "A"), Turn(4, 6, "B")]
    mapping = optimal_mapping(reference, [Turn(0, 3, "x"), Turn(3, 6, "y")], WHOLE)
    assert mapping == {"x": "A", "y": "B"}


def test_errors_inside_overlap_are_reported_separately():
    """A and B overlap from 2 to 4: 4 s of speech. One speaker is detected there, 1 s of it in C's cluster."""
    reference = [Turn(0, 4, "A"), Turn(2, 4, "B"), Turn(5, 8, "C")]
    hypothesis = [Turn(0, 3, "x"), Turn(3, 4, "z"), Turn(5, 8, "z")]
    full = score_rounded(reference, hypothesis)
    assert (full.overlap_reference, full.overlap_missed, full.overlap_confusion) == (4.0, 2.0, 1.0)
    assert (full.missed, full.false_alarm, full.confusion, full.reference) == (2.0, 0.0, 1.0, 9.0)
    forgiving = score_rounded(reference, hypothesis, protocol="forgiving")
    assert (forgiving.overlap_reference, forgiving.overlap_missed) == (0.0, 0.0)


def test_a_third_speaker_in_overlap_of_two_is_a_false_alarm_inside_overlap():
    reference = [Turn(0, 4, "A"), Turn(2, 4, "B")]
    hypothesis = [Turn(0, 4, "x"), Turn(2, 4, "y"), Turn(3, 5, "z")]
    full = score_rounded(reference, hypothesis)
    assert (full.overlap_false_alarm, full.false_alarm) == (1.0, 2.0)


def test_speech_detection_ignores_who_speaks():
    """Speech is 0 to 6 (overlap from 2 to 4), detected is 1 to 7: 1 s missed, 1 s of false alarm, 6 s of speech."""
    full = score_rounded([Turn(0, 4, "A"), Turn(2, 6, "B")], [Turn(1, 7, "x")])
    assert (full.speech, full.vad_missed, full.vad_false_alarm, full.scored) == (
        6.0,
        1.0,
        1.0,
        10.0,
    )


def test_the_jaccard_error_has_equal_weight_for_each_speaker():
    """A and x share 3 of 4 s: 1/4. B and y share 1 of 2 s: 1/2. C is not mapped: 1."""
    reference = [Turn(0, 4, "A"), Turn(4, 5, "B"), Turn(8, 9, "C")]
    full = score_rounded(reference, [Turn(0, 3, "x"), Turn(4, 6, "y")])
    assert (full.jer_errors, full.jer_speakers) == (1.75, 3)


def test_the_jaccard_error_maps_speakers_by_jaccard_index_not_by_time():
    """x shares 4 s with A (of 9 s of either) and 3 s with B (of 7 s); y 0.5 s with A (of 6 s).

    By time (4 > 3 + 0.5) x maps to A, and B is not mapped: 5/9 + 1. By Jaccard index (4/9 < 3/7 + 0.5/6) x maps to B
    and y to A: 4/7 + 5.5/6.
    """
    reference = [Turn(0, 6, "A"), Turn(6, 9, "B")]
    hypothesis = [Turn(2, 9, "x"), Turn(0, 0.5, "y")]
    by_time = (1 - 4 / 9) + 1
    by_jaccard = (1 - 3 / 7) + (1 - 0.5 / 6)
    assert by_jaccard < by_time
    assert score_rounded(reference, hypothesis).jer_errors == pytest.approx(by_jaccard)
    assert optimal_mapping(reference, hypothesis, WHOLE) == {"x": "A"}


def test_a_speaker_entirely_inside_collars_has_no_jaccard_error():
    reference = [Turn(0, 4, "A"), Turn(6, 6.4, "B")]  # B's 0.4 s lie within collars
    full = score_rounded(reference, [Turn(0, 4, "x")])
    fair = score_rounded(reference, [Turn(0, 4, "x")], protocol="fair")
    assert (full.jer_errors, full.jer_speakers) == (1.0, 2)
    assert (fair.jer_errors, fair.jer_speakers) == (0.0, 1)


def test_purity_is_about_clusters_and_coverage_about_speakers():
    """x has 4 s of A and 1 s of B; y has 1 s of B and 1 s of silence. A is all in x, B in halves."""
    full = score_rounded([Turn(0, 4, "A"), Turn(4, 6, "B")], [Turn(0, 5, "x"), Turn(5, 7, "y")])
    assert (full.pure, full.hypothesis) == (5.0, 7.0)
    assert (full.covered, full.reference) == (5.0, 6.0)


def test_turns_that_touch_up_to_rounding_have_no_collar_between_them():
    """In floating point 0.7 + 0.1 is less than 0.8. The turns form one of 1.4 s, with collars at its ends only."""
    reference = [Turn(0.7, 0.7 + 0.1, "A"), Turn(0.8, 2.1, "A")]
    assert 0.7 + 0.1 < 0.8
    fair = score_rounded(reference, [], protocol="fair")
    assert fair.reference == pytest.approx(1.4 - 2 * 0.25)


def test_a_collar_of_zero_removes_nothing():
    reference = [Turn(2, 6, "A")]
    fair = score_rounded(reference, [], protocol="fair", collar=0.0)
    assert fair == score_rounded(reference, [])


def test_an_error_region_ends_at_a_gap_of_the_extent():
    extent = [Interval(0, 2), Interval(3, 4)]
    regions = error_regions([Turn(0, 4, "A")], [], extent)
    assert regions == [(0, 2, "missed", 1), (3, 4, "missed", 1)]


def test_adjacent_error_regions_with_the_same_count_are_joined():
    """The false alarm of y lasts from 2 to 4, although z starts at 3 in the hypothesis."""
    hypothesis = [Turn(0, 2, "x"), Turn(2, 3, "y"), Turn(3, 4, "z")]
    assert error_regions([Turn(0, 2, "A")], hypothesis, WHOLE) == [(2, 4, "false_alarm", 1)]


tenths = st.integers(0, 100).map(lambda number: number / 10)
turns = st.lists(
    st.tuples(tenths, tenths, st.sampled_from("ABC"))
    .filter(lambda turn: turn[0] < turn[1])
    .map(lambda turn: Turn(*turn)),
    max_size=8,
)


@given(turns)
def test_an_identical_hypothesis_has_no_errors_with_any_names(reference):
    names = {"A": "c", "B": "a", "C": "b"}
    hypothesis = [Turn(start, end, names[speaker]) for start, end, speaker in reference]
    for s in score(reference, hypothesis, WHOLE, collar_each_side=0.25).values():
        wrong = (*s[2:5], *s[6:9], *s[10:13])
        assert wrong == pytest.approx([0.0] * len(wrong), abs=1e-9)
        assert s.pure >= s.covered - 1e-9 and s.covered == pytest.approx(s.reference)


@given(turns, turns)
def test_errors_are_consistent_with_speaking_times(reference, hypothesis):
    for s in score(reference, hypothesis, WHOLE, collar_each_side=0.25).values():
        correct = s.reference - s.missed - s.confusion
        assert correct >= -1e-9
        assert correct + s.confusion + s.false_alarm == pytest.approx(s.hypothesis, abs=1e-9)
        assert s.vad_missed <= s.missed + 1e-9
        assert s.overlap_reference <= s.reference + 1e-9
        assert s.pure <= s.hypothesis + 1e-9 and s.covered <= s.reference + 1e-9
        assert 0 <= s.jer_errors <= s.jer_speakers + 1e-9
        assert min(s) >= -1e-9


@given(turns, turns, st.integers(1, 99))
def test_error_regions_add_up_to_the_score(reference, hypothesis, boundary):
    extent = [Interval(0.0, boundary / 20), Interval(boundary / 10, 10.0)]
    full = score(reference, hypothesis, extent, collar_each_side=0.0)["full"]
    regions = error_regions(reference, hypothesis, extent)
    assert regions == sorted(regions)
    for kind in ERROR_KINDS:
        seconds = sum((r.end - r.start) * r.speakers for r in regions if r.kind == kind)
        assert seconds == pytest.approx(getattr(full, kind), abs=1e-9)


@given(turns, turns)
def test_no_other_mapping_has_a_lower_jaccard_error(reference, hypothesis):
    def tenths_of(turns, speaker):
        return {
            tenth
            for turn in turns
            if turn.speaker == speaker
            for tenth in range(round(10 * turn.start), round(10 * turn.end))
        }

    speakers = [tenths_of(reference, name) for name in sorted({turn.speaker for turn in reference})]
    clusters = [tenths_of(hypothesis, name) for name in "ABC"]
    sums = (
        sum(
            1 - len(speaker & cluster) / len(speaker | cluster)
            for speaker, cluster in zip(speakers, order, strict=False)
        )
        for order in permutations(clusters)
    )
    assert score_rounded(reference, hypothesis).jer_errors == pytest.approx(min(sums), abs=1e-5)


@given(turns, turns, st.integers(1, 99))
def test_scores_of_two_parts_of_the_extent_add_up(reference, hypothesis, boundary):
    """Only confusion, purity and Jaccard errors depend on the mapping, which may differ between the parts."""
    halves = [[Interval(0.0, boundary / 10)], [Interval(boundary / 10, 10.0)]]
    first, second = (score(reference, hypothesis, half, collar_each_side=0.25) for half in halves)
    for protocol, whole in score(reference, hypothesis, WHOLE, collar_each_side=0.25).items():
        both = first[protocol] + second[protocol]
        for name in ("scored", "reference", "missed", "false_alarm", "speech", "vad_missed",
                     "vad_false_alarm", "overlap_reference", "overlap_missed", "hypothesis"):  # fmt: skip
            assert getattr(both, name) == pytest.approx(getattr(whole, name), abs=1e-9)
        assert both.confusion <= whole.confusion + 1e-9 or protocol != "full"
