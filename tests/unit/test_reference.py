"""References and UEM files of users, and the prepared reference of a recording."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.errors import InputError
from diarflow.scoring.notes import Notes
from diarflow.scoring.prepared_reference import (
    PreparedReference,
    read_prepared_reference,
    write_prepared_reference,
)
from diarflow.scoring.recording_lines import RecordingLines
from diarflow.scoring.reference import check_placement, make_extent, read_reference, read_scored
from diarflow.scoring.repairs import Repairs, normalize_turns
from diarflow.timeline.intervals import Interval, Turn

turn_lists = st.lists(
    st.tuples(st.integers(-5, 30), st.integers(0, 9), st.sampled_from("AB")).map(
        lambda t: Turn(t[0], t[0] + t[1], t[2])
    )
)


def active_speakers(turns, time):
    return {turn.speaker for turn in turns if turn.start <= time < turn.end}


@given(turn_lists)
def test_normalizing_keeps_the_active_speakers_inside_the_recording(turns):
    normalized, _ = normalize_turns(turns, duration=20)
    for time in range(20):
        assert active_speakers(normalized, time) == active_speakers(turns, time)
    for turn in normalized:
        assert 0 <= turn.start < turn.end <= 20


@given(turn_lists)
def test_each_turn_is_kept_merged_or_dropped(turns):
    normalized, repairs = normalize_turns(turns, duration=20)
    assert len(turns) == len(normalized) + repairs.merged + repairs.dropped


@given(turn_lists)
def test_normalized_turns_need_no_repair(turns):
    normalized, _ = normalize_turns(turns, duration=20)
    assert normalize_turns(normalized, duration=20) == (normalized, Repairs())


def test_an_end_rounded_up_beyond_the_recording_is_no_repair():
    normalized, repairs = normalize_turns([Turn(0.0, 5.001, "A")], duration=5.0)
    assert (normalized, repairs) == ([Turn(0.0, 5.0, "A")], Repairs())


def write_rttm(tmp_path, *lines):
    """Write a turn of 1 s for each line of recording, channel and speaker."""
    path = tmp_path / "a.rttm"
    form = "SPEAKER\t{}\t{}\t0\t1\t<NA>\t<NA>\t{}\t<NA>\t<NA>\n"
    path.write_text("".join(form.format(*line) for line in lines))
    return path


def lines(name="a", id=None, **values):
    return RecordingLines(id or name, name, **values)


def channel_of_call(channel, **values):
    return lines("call", f"call_ch{channel}", channel=channel, is_each=True, channels=2, **values)


def test_only_turns_of_the_recording_are_read(tmp_path):  # bug 16
    path = write_rttm(tmp_path, ("a", 1, "Ann"), ("b", 1, "Bob"))
    assert read_reference(path, lines()).turns == [Turn(0.0, 1.0, "Ann")]


@pytest.mark.parametrize("used", ["my_call", "x/my_call", "my_call-123456", "/data/x/my_call.wav"])
def test_a_reference_may_use_the_name_with_or_without_folders_or_the_id(tmp_path, used):
    path = write_rttm(tmp_path, (used, 1, "Ann"))
    assert len(read_reference(path, lines("x/my call", "my_call-123456")).turns) == 1


def test_a_reference_of_other_recordings_is_an_error(tmp_path):
    path = write_rttm(tmp_path, *((name, 1, "Bob") for name in "bcdef"))
    with pytest.raises(
        InputError, match=r"no turn of recording a; the file contains b, c, d and 2"
    ):
        read_reference(path, lines())


def test_a_name_of_several_recordings_is_an_error_that_names_it(tmp_path):
    path = write_rttm(tmp_path, ("x", 1, "Ann"))
    with pytest.raises(InputError, match="x may mean several recordings, expected their folders"):
        read_reference(path, lines("monday/x", "x-1", shared=["x"], is_own=False))


def test_an_empty_file_of_one_recording_is_an_empty_reference(tmp_path):
    reference = read_reference(write_rttm(tmp_path), lines())
    assert reference.turns == [] and reference.notes == Notes({"empty": 1})


def test_an_empty_file_of_several_recordings_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"a.rttm: has no lines, expected those of a"):
        read_reference(write_rttm(tmp_path), lines(is_own=False))


def test_lines_of_other_types_say_that_a_recording_is_silent(tmp_path):
    path = write_rttm(tmp_path, ("b", 1, "Bob"))
    path.write_text(path.read_text() + "SPKR-INFO a 1 <NA> <NA> <NA> unknown Ann <NA> <NA>\n")
    assert read_reference(path, lines()).turns == []


def test_a_uem_says_that_a_recording_without_lines_is_silent(tmp_path):
    path, scored = write_rttm(tmp_path, ("b", 1, "Bob")), {"1": [Interval(0.0, 9.0)]}
    assert read_reference(path, lines(is_own=False), scored=scored).turns == []
    with pytest.raises(InputError, match="no turn of recording a"):
        read_reference(path, lines(), scored=scored)


def test_a_malformed_line_without_a_recording_is_an_error(tmp_path):
    path = write_rttm(tmp_path, ("b", 1, "Bob"))
    path.write_text(path.read_text() + "SPEAK\n")
    for name in "ab":
        with pytest.raises(InputError, match=r"a.rttm:2: 1 field, expected 8 to 10"):
            read_reference(path, lines(name, is_own=False), scored={"1": []})


@pytest.mark.parametrize("values", [(1, 2), (0, 1), "AB", ("left", "right")])
def test_a_channel_has_the_turns_with_its_number(tmp_path, values):
    path = write_rttm(tmp_path, ("call", values[0], "Ann"), ("call", values[1], "Bob"))
    for channel, speaker in ((1, "Ann"), (2, "Bob")):
        turns = read_reference(path, channel_of_call(channel)).turns
        assert [turn.speaker for turn in turns] == [speaker]


def test_channels_that_cannot_be_mapped_are_an_error(tmp_path):
    path = write_rttm(tmp_path, ("call", "agent", "Ann"), ("call", "customer", "Bob"))
    with pytest.raises(
        InputError, match=r"a.rttm: call: the channels are agent, customer; expected"
    ):
        read_reference(path, channel_of_call(1))


def test_a_reference_with_a_single_channel_is_no_reference_of_each_channel(tmp_path):
    path = write_rttm(tmp_path, ("call", 1, "Ann"), ("call", 1, "Bob"))
    with pytest.raises(InputError, match="call: all lines have the same channel"):
        read_reference(path, channel_of_call(2))
    path = write_rttm(tmp_path, ("call_ch2", 1, "Bob"))
    assert len(read_reference(path, channel_of_call(2)).turns) == 1


def test_a_silent_channel_has_an_empty_reference_if_another_channel_or_the_uem_is_known(tmp_path):
    path = write_rttm(tmp_path, ("call", 2, "Bob"))
    assert [len(read_reference(path, channel_of_call(n)).turns) for n in (1, 2)] == [0, 1]
    path = write_rttm(tmp_path, ("call", 1, "Ann"))
    scored = {"1": [Interval(0.0, 9.0)], "2": [Interval(0.0, 9.0)]}
    found = [len(read_reference(path, channel_of_call(n), scored=scored).turns) for n in (1, 2)]
    assert found == [1, 0]


def test_one_channel_of_a_file_has_the_turns_of_that_channel_and_the_others_are_counted(tmp_path):
    path = write_rttm(tmp_path, ("a", 1, "Ann"), ("a", 2, "Bob"))
    reference = read_reference(path, lines(channel=2))
    assert [turn.speaker for turn in reference.turns] == ["Bob"]
    assert reference.notes["turns of other channels left out"] == 1


def test_a_mapping_of_channels_and_spaces_in_names_are_noted(tmp_path):
    path = write_rttm(tmp_path, ("call", "A", "Anna Maria"), ("call", "B", "Bob"))
    notes = read_reference(path, channel_of_call(1)).notes
    assert notes["turns with channels A/B read as 1/2"] == 1
    assert notes["turns with a space in the speaker's name"] == 1


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ([Turn(600.0, 605.0, "A"), Turn(0.0, 4.0, "A")], "5 of 9 s of the turns of a lie outside"),
        ([Turn(690.0, 1120.0, "A")], "are the times in milliseconds, or of another recording"),
        ([Turn(1.0, 1.0, "A"), Turn(2.0, 2.0, "B")], "the duration of each turn of a is 0"),
    ],
)
def test_a_misplaced_reference_is_an_error_with_numbers(turns, message):
    with pytest.raises(InputError, match=f"a.rttm: .*{message}"):
        check_placement(turns, path="a.rttm", name="a", duration=10.0)


def test_a_reference_of_which_half_lies_inside_is_used():
    check_placement([Turn(5.0, 15.0, "A")], path="a.rttm", name="a", duration=10.0)
    check_placement([], path="a.rttm", name="a", duration=10.0)


def extent_of(tmp_path, text, duration, *, recording=None, unscored=()):
    path = tmp_path / "a.uem"
    path.write_text(text)
    recording = recording or lines()
    scored = read_scored(path, recording)
    return make_extent(path, scored, recording, duration=duration, unscored=unscored)


def test_the_extent_is_the_whole_recording_without_a_uem():
    extent = make_extent(None, None, lines(), duration=9.5)
    assert extent[:2] == ([Interval(0.0, 9.5)], "audio")


def test_a_recording_without_audio_and_turns_has_an_empty_extent():
    assert make_extent(None, None, lines(), duration=0.0)[:2] == ([], "audio")


def test_the_extent_of_an_unknown_duration_depends_on_the_turns():
    assert make_extent(None, None, lines(), duration=math.inf)[:2] == ([], "turns")


def test_a_uem_is_clipped_to_the_recording_and_what_is_dropped_is_noted(tmp_path):
    text = "a 1 1 4\na 1 3 5\na 1 6 100\na 1 200 300\n"
    extent, source, notes = extent_of(tmp_path, text, 9.5)
    assert (extent, source) == ([Interval(1.0, 5.0), Interval(6.0, 9.5)], "uem")
    assert +notes == {
        "UEM intervals that overlap merged": 1,
        "UEM intervals clipped to the recording": 1,
        "UEM intervals outside the recording dropped": 1,
    }


def test_a_uem_has_the_intervals_of_the_channel(tmp_path):
    text = "call 0 0 5\ncall 1 5 9\n"
    for channel, expected in ((1, Interval(0.0, 5.0)), (2, Interval(5.0, 9.0))):
        found, _, notes = extent_of(tmp_path, text, 9.5, recording=channel_of_call(channel))
        assert found == [expected] and notes["UEM intervals with channels 0/1 read as 1/2"] == 1
    found, _, notes = extent_of(tmp_path, "call 2 5 9\n", 9.5, recording=channel_of_call(1))
    assert found == [] and notes["UEM without the channel"] == 1
    found, _, _ = extent_of(tmp_path, "call 1 5 9\n", 9.5, recording=channel_of_call(2))
    assert found == [Interval(5.0, 9.0)]


def test_intervals_that_the_reference_does_not_score_are_no_part_of_the_extent(tmp_path):
    path = write_rttm(tmp_path, ("a", 1, "Ann"))
    path.write_text(path.read_text() + "NOSCORE a 1 2 3 <NA> <NA> <NA> <NA> <NA>\n")
    unscored = read_reference(path, lines()).unscored
    extent, source, notes = extent_of(tmp_path, "a 1 0 9\n", 9.5, unscored=unscored)
    assert (extent, source) == ([Interval(0.0, 2.0), Interval(5.0, 9.0)], "uem")
    assert notes["NOSCORE intervals left out of the extent"] == 1


def test_a_uem_without_the_recording_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"a.uem: no line for recording a"):
        extent_of(tmp_path, "b 1 1 100\n", 9.5)


def test_a_uem_outside_the_recording_is_an_error(tmp_path):
    with pytest.raises(InputError, match="all intervals of a lie outside the recording, which has"):
        extent_of(tmp_path, "a 1 50 60\n", 10.0)


@pytest.mark.parametrize("source", ["uem", "audio", "turns"])
def test_a_prepared_reference_is_read_as_it_was_written(tmp_path, source):
    extent = [] if source == "turns" else [Interval(0.0, 4.0)]
    reference = PreparedReference(
        [Turn(0.0, 2.0, "A")], Repairs(1, 2, 3), extent, source, Notes(x=2)
    )
    paths = tmp_path / "a.rttm", tmp_path / "a.uem", tmp_path / "a.json"
    write_prepared_reference(*paths, "a", reference)
    assert read_prepared_reference(*paths, "a") == reference


def test_the_scored_extent_is_the_extent_or_the_span_of_both_sides():
    turns, extent = [Turn(1.0, 5.0, "A")], [Interval(0.0, 4.0)]
    for source, expected in (("uem", extent), ("audio", extent), ("turns", [Interval(0.5, 5.0)])):
        reference = PreparedReference(turns, Repairs(), extent, source)
        assert reference.scored_extent([Turn(0.5, 2.0, "x")]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "call A Ann 0 2 x\ncall B Bob 2 5 y\n",
        '[{"uri": "call", "start": 0, "duration": 2, "channel": 0, "speaker": "Ann"},'
        '{"uri": "call", "start": 2, "duration": 3, "channel": 1, "speaker": "Bob"}]',
    ],
    ids=["STM", "JSON"],
)
def test_channels_of_other_formats_follow_the_rules_of_rttm(tmp_path, text):
    (tmp_path / "x.txt").write_text(text)
    reference = read_reference(tmp_path / "x.txt", channel_of_call(2))
    assert reference.turns == [Turn(2.0, 5.0, "Bob")]
    assert next(note for note in reference.notes if "channels" in note).endswith("read as 1/2")
