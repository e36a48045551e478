"""References and UEM files of users, and the prepared reference of a recording."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.errors import InputError
from diarflow.scoring.prepared_reference import (
    PreparedReference,
    read_prepared_reference,
    write_prepared_reference,
)
from diarflow.scoring.reference import Repairs, normalize_turns, read_extent, read_reference
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
    path.write_text("".join(f"SPEAKER {r} {c} 0 1 <NA> <NA> {s} <NA> <NA>\n" for r, c, s in lines))
    return path


def test_only_turns_of_the_recording_are_read(tmp_path):  # bug 16
    path = write_rttm(tmp_path, ("a", 1, "Ann"), ("b", 1, "Bob"))
    assert read_reference(path, id="a", name="a") == [Turn(0.0, 1.0, "Ann")]


@pytest.mark.parametrize("used", ["my_call", "x/my_call", "my_call-123456"])
def test_a_reference_may_use_the_name_with_or_without_folders_or_the_id(tmp_path, used):
    path = write_rttm(tmp_path, (used, 1, "Ann"))
    assert len(read_reference(path, id="my_call-123456", name="x/my call")) == 1


def test_a_reference_of_other_recordings_is_an_error(tmp_path):
    path = write_rttm(tmp_path, ("b", 1, "Bob"), ("c", 1, "Cid"))
    with pytest.raises(InputError, match="no turn of recording a; the file contains b, c"):
        read_reference(path, id="a", name="a")


def test_an_empty_reference_has_no_turns(tmp_path):
    assert read_reference(write_rttm(tmp_path), id="a", name="a") == []


def test_a_channel_has_the_turns_with_its_number(tmp_path):
    path = write_rttm(tmp_path, ("call", 1, "Ann"), ("call", 2, "Bob"))
    for channel, speaker in ((1, "Ann"), (2, "Bob")):
        turns = read_reference(path, id=f"call_ch{channel}", name="call", channel=channel)
        assert [turn.speaker for turn in turns] == [speaker]


def test_a_reference_with_a_single_channel_is_no_reference_of_each_channel(tmp_path):
    path = write_rttm(tmp_path, ("call", 1, "Ann"), ("call", 1, "Bob"))
    with pytest.raises(InputError, match="all turns of call have the same channel"):
        read_reference(path, id="call_ch2", name="call", channel=2)
    path = write_rttm(tmp_path, ("call_ch2", 1, "Bob"))
    assert len(read_reference(path, id="call_ch2", name="call", channel=2)) == 1


def test_the_extent_is_the_whole_recording_without_a_uem():
    assert read_extent(None, id="a", name="a", duration=9.5) == ([Interval(0.0, 9.5)], "audio")


def test_a_recording_without_audio_and_turns_has_an_empty_extent():
    assert read_extent(None, id="a", name="a", duration=0.0) == ([], "audio")


def test_the_extent_of_an_unknown_duration_depends_on_the_turns():
    assert read_extent(None, id="a", name="a", duration=math.inf) == ([], "turns")


def test_a_uem_is_clipped_to_the_recording(tmp_path):
    (tmp_path / "a.uem").write_text("a 1 1 100\n")
    extent = read_extent(tmp_path / "a.uem", id="a", name="a", duration=9.5)
    assert extent == ([Interval(1.0, 9.5)], "uem")


def test_a_uem_without_the_recording_is_an_error(tmp_path):
    (tmp_path / "b.uem").write_text("b 1 1 100\n")
    with pytest.raises(InputError, match=r"b.uem: no line for recording a"):
        read_extent(tmp_path / "b.uem", id="a", name="a", duration=9.5)


def test_a_uem_outside_the_recording_gives_a_warning(tmp_path, caplog):
    (tmp_path / "a.uem").write_text("a 1 50 60\n")
    assert read_extent(tmp_path / "a.uem", id="a", name="a", duration=10.0) == ([], "uem")
    assert "a.uem: all intervals of a lie outside the recording" in caplog.text


@pytest.mark.parametrize("source", ["uem", "audio", "turns"])
def test_a_prepared_reference_is_read_as_it_was_written(tmp_path, source):
    extent = [] if source == "turns" else [Interval(0.0, 4.0)]
    reference = PreparedReference([Turn(0.0, 2.0, "A")], Repairs(1, 2, 3), extent, source)
    paths = tmp_path / "a.rttm", tmp_path / "a.uem"
    write_prepared_reference(*paths, "a", reference)
    assert read_prepared_reference(*paths, "a") == reference


def test_the_scored_extent_is_the_extent_or_the_span_of_both_sides():
    turns, extent = [Turn(1.0, 5.0, "A")], [Interval(0.0, 4.0)]
    for source, expected in (("uem", extent), ("audio", extent), ("turns", [Interval(0.5, 5.0)])):
        reference = PreparedReference(turns, Repairs(), extent, source)
        assert reference.scored_extent([Turn(0.5, 2.0, "x")]) == expected
