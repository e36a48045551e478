"""Talk statistics agree with values computed by hand and with pyannote.core."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment

from diarflow.report.talk_statistics import talk_statistics
from diarflow.timeline.intervals import Turn

# 0        4  5     7  7.2  8    9   12       30
# Ann------   Ann---   Ann--     Ann--
#       Bob------  (3 to 6)
TURNS = [
    Turn(9.0, 12.0, "Ann"),
    Turn(0.0, 4.0, "Ann"),
    Turn(3.0, 6.0, "Bob"),
    Turn(5.0, 7.0, "Ann"),
    Turn(7.2, 8.0, "Ann"),
]


def test_talk_time_overlap_and_silence_are_sums_of_seconds():
    statistics = talk_statistics(TURNS, 30.0)
    assert statistics.speakers == 2
    assert statistics.talk == pytest.approx({"Ann": 4 + 2 + 0.8 + 3, "Bob": 3.0})
    assert statistics.speech == pytest.approx(7 + 0.8 + 3)
    assert statistics.overlap == pytest.approx(2.0)  # 3 to 4 and 5 to 6
    assert statistics.silence == pytest.approx(30 - 10.8)


def test_a_pause_of_up_to_0_3_s_does_not_separate_turns():
    statistics = talk_statistics(TURNS, 30.0)
    assert statistics.turns == 4  # 5 to 8 is one turn
    assert statistics.turns_per_minute == pytest.approx(8.0)


def test_the_longest_monologue_contains_pauses_of_up_to_1_s():
    statistics = talk_statistics(TURNS, 30.0)
    assert statistics.monologue == Turn(6.0, 12.0, "Ann")
    assert statistics.monologue_seconds == 6.0


def test_the_sample_of_a_speaker_is_the_longest_turn_without_overlap():
    samples = talk_statistics(TURNS, 30.0).samples
    assert samples == {"Ann": Turn(0.0, 3.0, "Ann"), "Bob": Turn(4.0, 5.0, "Bob")}


def test_a_speaker_who_is_never_alone_has_no_sample():
    statistics = talk_statistics([Turn(0.0, 4.0, "Ann"), Turn(1.0, 2.0, "Bob")], 4.0)
    assert list(statistics.samples) == ["Ann"]


def test_followers_count_changes_of_the_speaker_only():
    assert talk_statistics(TURNS, 30.0).followers == {"Ann": {"Bob": 1}, "Bob": {"Ann": 1}}


def test_a_recording_without_turns_is_silent():
    statistics = talk_statistics([], 12.0)
    assert (statistics.speakers, statistics.silence, statistics.monologue) == (0, 12.0, None)
    assert talk_statistics([]).turns_per_minute == 0


def test_without_a_duration_a_recording_ends_with_its_last_turn():
    assert talk_statistics(TURNS).duration == 12.0


# times on a grid of binary fractions, so that sums are exact
times = st.integers(0, 240).map(lambda number: number / 8)
turns = st.builds(
    lambda start, length, speaker: Turn(start, start + length, speaker),
    times,
    st.integers(1, 80).map(lambda number: number / 8),
    st.sampled_from("abc"),
)


@given(st.lists(turns, max_size=12))
def test_seconds_equal_those_of_pyannote_core(turns):
    annotation = Annotation()
    for track, turn in enumerate(turns):
        annotation[Segment(turn.start, turn.end), track] = turn.speaker
    # pyannote.core counts overlap of a speaker with itself unless the turns of a speaker are merged
    annotation = annotation.support()
    statistics = talk_statistics(turns)
    assert statistics.speech == annotation.get_timeline().support().duration()
    assert statistics.overlap == annotation.get_overlap().duration()
    for speaker, seconds in statistics.talk.items():
        assert seconds == annotation.label_duration(speaker)


@given(st.lists(turns, min_size=1, max_size=12))
def test_samples_and_monologues_lie_within_the_talk_time(turns):
    statistics = talk_statistics(turns)
    for speaker, turn in statistics.samples.items():
        assert 0 < turn.end - turn.start <= statistics.talk[speaker] + 0.3 * len(turns)
    longest = max((turn.end - turn.start for turn in statistics.samples.values()), default=0.0)
    assert statistics.monologue_seconds >= longest
