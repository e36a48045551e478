"""Scores worked out by hand; the seconds are small enough to check by eye."""

import pytest

from diarflow.intervals import Interval, Turn
from diarflow.scores import match, score

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
