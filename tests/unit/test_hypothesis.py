"""Hypotheses as RTTM. Numbers of bugs are those of docs/method.md."""

from diarflow.scoring.hypothesis import name_speakers
from diarflow.timeline.intervals import Turn


def test_speakers_are_numbered_by_first_turn_without_a_limit():  # bug 24
    turns = [Turn(float(n), n + 1.0, 200 - n) for n in range(120)]
    names = [turn.speaker for turn in name_speakers(turns)]
    assert names[:2] == ["SPEAKER_00", "SPEAKER_01"] and names[-1] == "SPEAKER_119"
    assert len(set(names)) == 120


def test_adjacent_turns_stay_adjacent_when_times_are_rounded():
    first, second = name_speakers([Turn(0.0, 1.00049, 0), Turn(1.00049, 2.0, 1)])
    assert first.end == second.start == 1.0


def test_a_turn_that_is_empty_after_rounding_is_dropped():
    assert name_speakers([Turn(0.0, 0.0001, 0)]) == []
