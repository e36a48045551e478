"""Scores worked out by hand; the seconds are small enough to check by eye."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.scoring.diarization import Score, score
from diarflow.scoring.mapping import optimal_mapping as match
from diarflow.timeline.intervals import Interval, Turn

WHOLE = [Interval(0.0, 10.0)]


def parts(reference, hypothesis, extent=WHOLE, protocol="full", collar=0.25):
    one = score(reference, hypothesis, extent, collar_each_side=collar)[protocol]
    return tuple(
        round(value, 6) for value in (one.missed, one.false_alarm, one.confusion, one.reference)
    )


def test_missed_false_alarm_and_confusion_are_told_apart():
    said = [Turn(0, 4, "A"), Turn(4, 8, "B")]
    found = [Turn(1, 5, "x"), Turn(5, 8, "y"), Turn(9, 10, "y")]
    assert parts(said, found) == (1.0, 1.0, 1.0, 8.0)


def test_overlapping_speech_counts_for_each_speaker():
    said = [Turn(0, 4, "A"), Turn(2, 4, "B")]
    assert parts(said, [Turn(0, 4, "x")]) == (2.0, 0.0, 0.0, 6.0)
    assert parts(said, [Turn(0, 4, "x")], protocol="forgiving", collar=0.0) == (0.0, 0.0, 0.0, 2.0)


def test_a_collar_is_left_out_on_each_side():
    said, found = [Turn(2, 6, "A")], [Turn(1.9, 6.1, "x")]
    assert parts(said, found) == (0.0, 0.2, 0.0, 4.0)
    assert parts(said, found, protocol="fair") == (0.0, 0.0, 0.0, 3.5)


def test_what_lies_outside_the_scored_stretches_is_not_counted():
    said, found = [Turn(0, 4, "A")], [Turn(3, 8, "x")]
    assert parts(said, found, [Interval(2, 5)]) == (1.0, 1.0, 0.0, 2.0)


def test_false_alarms_outside_the_reference_are_counted():  # bug 27: the extent is always explicit
    assert parts([Turn(0, 1, "A")], [Turn(0, 1, "x"), Turn(8, 10, "x")]) == (0.0, 2.0, 0.0, 1.0)


def test_speakers_are_mapped_before_collars_are_taken_out():
    """x shares 1.4 s with A's short turns, all but 0.4 of it within collars, and 1.0 s with B, half of it.

    Mapped over the whole extent x is A; mapped after the collars are gone it would be B.
    """
    said = [Turn(0.0, 0.7, "A"), Turn(2.0, 2.7, "A"), Turn(4.0, 5.0, "B")]
    found = [Turn(turn.start, turn.end, "x") for turn in said]
    assert parts(said, found, protocol="fair") == (0.0, 0.0, 0.5, 0.9)


def test_a_speaker_of_the_hypothesis_is_not_taken_for_one_of_the_reference():
    said = [Turn(0, 4, "SPEAKER_00"), Turn(4, 6, "SPEAKER_01")]
    found = [Turn(0, 4, "SPEAKER_01"), Turn(4, 6, "SPEAKER_01"), Turn(8, 9, "SPEAKER_00")]
    assert parts(said, found) == (0.0, 1.0, 2.0, 6.0)


def test_turns_of_one_speaker_that_overlap_count_once():
    assert parts([Turn(0, 3, "A"), Turn(2, 4, "A")], [Turn(0, 2, "x"), Turn(2, 4, "x")]) == (
        0,
        0,
        0,
        4,
    )


@pytest.mark.parametrize("reference", [[], [Turn(0, 2, "A")]])
def test_an_empty_hypothesis_misses_all_and_an_empty_reference_is_no_error(reference):
    spoken = sum(turn.end - turn.start for turn in reference)
    assert parts(reference, []) == (spoken, 0.0, 0.0, spoken)


def test_nothing_is_scored_where_there_is_no_extent():
    assert parts([Turn(0, 2, "A")], [Turn(0, 2, "x")], []) == (0.0, 0.0, 0.0, 0.0)


def test_speakers_are_matched_by_the_time_they_share():
    said = [Turn(0, 4, "A"), Turn(4, 6, "B")]
    assert match(said, [Turn(0, 3, "x"), Turn(3, 6, "y")], WHOLE) == {"x": "A", "y": "B"}


def full(reference, hypothesis, extent=WHOLE, protocol="full", collar=0.25):
    one = score(reference, hypothesis, extent, collar_each_side=collar)[protocol]
    return Score(*(round(value, 6) for value in one))


def test_error_inside_overlap_is_counted_apart():
    """A and B together from 2 to 4: 4 s of speech; only one is found there, and it is C's cluster for 1 s."""
    said = [Turn(0, 4, "A"), Turn(2, 4, "B"), Turn(5, 8, "C")]
    found = [Turn(0, 3, "x"), Turn(3, 4, "z"), Turn(5, 8, "z")]
    one = full(said, found)
    assert (one.overlap_reference, one.overlap_missed, one.overlap_confusion) == (4.0, 2.0, 1.0)
    assert (one.missed, one.false_alarm, one.confusion, one.reference) == (2.0, 0.0, 1.0, 9.0)
    left_out = full(said, found, protocol="forgiving")
    assert (left_out.overlap_reference, left_out.overlap_missed) == (0.0, 0.0)


def test_a_third_speaker_found_where_two_speak_is_a_false_alarm_inside_overlap():
    said = [Turn(0, 4, "A"), Turn(2, 4, "B")]
    found = [Turn(0, 4, "x"), Turn(2, 4, "y"), Turn(3, 5, "z")]
    one = full(said, found)
    assert (one.overlap_false_alarm, one.false_alarm) == (1.0, 2.0)


def test_detection_asks_only_whether_anyone_speaks():
    """Speech 0-6 (two speakers from 2 to 4), found 1-7: 1 s missed, 1 s of false alarm, of 6 s of speech."""
    said = [Turn(0, 4, "A"), Turn(2, 6, "B")]
    one = full(said, [Turn(1, 7, "x")])
    assert (one.speech, one.vad_missed, one.vad_false_alarm, one.scored) == (6.0, 1.0, 1.0, 10.0)


def test_the_jaccard_error_weighs_every_speaker_alike():
    """A and x share 3 of 4 s: 1/4. B and y share 1 of 2 s: 1/2. C has nobody: 1."""
    said = [Turn(0, 4, "A"), Turn(4, 5, "B"), Turn(8, 9, "C")]
    found = [Turn(0, 3, "x"), Turn(4, 6, "y")]
    one = full(said, found)
    assert (one.jer_errors, one.jer_speakers) == (1.75, 3)


def test_the_jaccard_error_pairs_speakers_by_jaccard_and_not_by_time():
    """x shares 4 s with A (of 9 s of either) and 3 s with B (of 7 s); y 0.5 s with A (of 6 s).

    By time (4 > 3 + 0.5) x is A's and B has nobody: 5/9 + 1. By Jaccard (4/9 < 3/7 + 0.5/6) x is B's
    and y is A's: 4/7 + 5.5/6.
    """
    said = [Turn(0, 6, "A"), Turn(6, 9, "B")]
    found = [Turn(2, 9, "x"), Turn(0, 0.5, "y")]
    by_time = (1 - 4 / 9) + 1
    by_jaccard = (1 - 3 / 7) + (1 - 0.5 / 6)
    assert by_jaccard < by_time
    assert full(said, found).jer_errors == pytest.approx(by_jaccard)
    assert match(said, found, WHOLE) == {"x": "A"}


def test_a_speaker_who_is_wholly_left_out_by_the_protocol_has_no_jaccard_error():
    said = [Turn(0, 4, "A"), Turn(6, 6.4, "B")]  # B's 0.4 s lie within collars
    found = [Turn(0, 4, "x")]
    assert full(said, found)[12:14] == (1.0, 2)
    assert full(said, found, protocol="fair")[12:14] == (0.0, 1)


def test_purity_asks_what_clusters_hold_and_coverage_where_speakers_lie():
    """x holds 4 s of A and 1 s of B, y 1 s of B and 1 s of nobody; A is all in x, B in halves."""
    said = [Turn(0, 4, "A"), Turn(4, 6, "B")]
    found = [Turn(0, 5, "x"), Turn(5, 7, "y")]
    one = full(said, found)
    assert (one.pure, one.hypothesis) == (5.0, 7.0)
    assert (one.covered, one.reference) == (5.0, 6.0)


def test_turns_that_touch_but_for_the_rounding_of_floats_have_no_collar_between():
    """0.7 + 0.1 is a hair before 0.8: one turn of 1.4 s, with collars at its ends alone."""
    said = [Turn(0.7, 0.7 + 0.1, "A"), Turn(0.8, 2.1, "A")]
    assert 0.7 + 0.1 < 0.8
    assert full(said, [], protocol="fair").reference == pytest.approx(1.4 - 2 * 0.25)


def test_a_collar_of_nothing_leaves_nothing_out():
    said = [Turn(2, 6, "A")]
    assert full(said, [], protocol="fair", collar=0.0) == full(said, [])


tenths = st.integers(0, 100).map(lambda number: number / 10)
turns = st.lists(
    st.tuples(tenths, tenths, st.sampled_from("ABC"))
    .filter(lambda turn: turn[0] < turn[1])
    .map(lambda turn: Turn(*turn)),
    max_size=8,
)


@settings(deadline=None)
@given(turns)
def test_identical_sides_have_no_error_whatever_the_names(said):
    named = [Turn(start, end, {"A": "c", "B": "a", "C": "b"}[name]) for start, end, name in said]
    for one in score(said, named, WHOLE, collar_each_side=0.25).values():
        wrong = (*one[2:5], *one[6:9], *one[10:13])
        assert wrong == pytest.approx([0.0] * len(wrong), abs=1e-9)
        assert one.pure >= one.covered - 1e-9 and one.covered == pytest.approx(one.reference)


@settings(deadline=None)
@given(turns, turns)
def test_what_is_wrong_fits_into_what_is_there(said, found):
    for one in score(said, found, WHOLE, collar_each_side=0.25).values():
        right = one.reference - one.missed - one.confusion
        assert right >= -1e-9
        assert right + one.confusion + one.false_alarm == pytest.approx(one.hypothesis, abs=1e-9)
        assert one.vad_missed <= one.missed + 1e-9
        assert one.overlap_reference <= one.reference + 1e-9
        assert one.pure <= one.hypothesis + 1e-9 and one.covered <= one.reference + 1e-9
        assert 0 <= one.jer_errors <= one.jer_speakers + 1e-9
        assert min(one) >= -1e-9


@settings(deadline=None)
@given(turns, turns)
def test_no_other_pairing_of_speakers_has_a_lower_jaccard_error(said, found):
    def seconds(turns, name):
        return {
            t
            for start, end, of in turns
            if of == name
            for t in range(round(10 * start), round(10 * end))
        }

    speakers = {name: seconds(said, name) for name in sorted({turn.speaker for turn in said})}
    clusters = [seconds(found, name) for name in "ABC"]
    errors = (
        sum(
            1 - len(one & other) / len(one | other)
            for one, other in zip(speakers.values(), order, strict=False)
        )
        for order in permutations(clusters)
    )
    assert full(said, found).jer_errors == pytest.approx(min(errors), abs=1e-5)


@settings(deadline=None)
@given(turns, turns, st.integers(1, 99))
def test_the_parts_of_a_recording_add_up_where_speakers_are_matched_alike(said, found, cut):
    """Matching decides on confusion alone; the rest of a recording is the sum of two parts of its extent."""
    halves = [[Interval(0.0, cut / 10)], [Interval(cut / 10, 10.0)]]
    one, other = (score(said, found, half, collar_each_side=0.25) for half in halves)
    for protocol, whole in score(said, found, WHOLE, collar_each_side=0.25).items():
        both = one[protocol] + other[protocol]
        for name in ("scored", "reference", "missed", "false_alarm", "speech", "vad_missed",
                     "vad_false_alarm", "overlap_reference", "overlap_missed", "hypothesis"):  # fmt: skip
            assert getattr(both, name) == pytest.approx(getattr(whole, name), abs=1e-9)
        assert both.confusion <= whole.confusion + 1e-9 or protocol != "full"
