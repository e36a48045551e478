import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.errors import InputError
from diarflow.scoring.reference import Repairs, read_extent, read_reference, repair
from diarflow.timeline.intervals import Interval, Turn

turns = st.lists(
    st.tuples(st.integers(-5, 30), st.integers(0, 9), st.sampled_from("AB")).map(
        lambda t: Turn(t[0], t[0] + t[1], t[2])
    )
)


def who(found, moment):
    return {turn.speaker for turn in found if turn.start <= moment < turn.end}


@given(turns)
def test_repairs_change_nothing_about_who_speaks_inside_the_recording(given_turns):
    repaired, _ = repair(given_turns, duration=20)
    for moment in range(20):
        assert who(repaired, moment) == who(given_turns, moment)
    for one in repaired:
        assert 0 <= one.start < one.end <= 20


@given(turns)
def test_every_turn_is_kept_merged_or_dropped(given_turns):
    repaired, repairs = repair(given_turns, duration=20)
    assert len(given_turns) == len(repaired) + repairs.merged + repairs.dropped


@given(turns)
def test_a_repaired_reference_needs_no_repair(given_turns):
    once, _ = repair(given_turns, duration=20)
    assert repair(once, duration=20) == (once, Repairs())


def rttm(tmp_path, *lines):
    path = tmp_path / "a.rttm"
    path.write_text("".join(f"SPEAKER {n} {c} 0 1 <NA> <NA> {s} <NA> <NA>\n" for n, c, s in lines))
    return path


def test_only_the_recordings_own_turns_are_read(tmp_path):  # bug 16
    path = rttm(tmp_path, ("a", 1, "Ann"), ("b", 1, "Bob"))
    assert read_reference(path, recording="a", name="a") == [Turn(0.0, 1.0, "Ann")]


def test_a_reference_may_name_the_recording_as_the_table_does(tmp_path):
    path = rttm(tmp_path, ("my-call", 1, "Ann"))
    assert len(read_reference(path, recording="my_call-123456", name="my-call")) == 1


def test_a_reference_that_does_not_know_the_recording_is_an_error(tmp_path):
    path = rttm(tmp_path, ("b", 1, "Bob"), ("c", 1, "Cid"))
    with pytest.raises(InputError, match="no turn of recording a; the file names b, c"):
        read_reference(path, recording="a", name="a")


def test_an_empty_reference_says_that_nobody_speaks(tmp_path):
    assert read_reference(rttm(tmp_path), recording="a", name="a") == []


def test_where_each_channel_is_a_recording_its_own_lines_count(tmp_path):
    path = rttm(tmp_path, ("call", 1, "Ann"), ("call", 2, "Bob"))
    for channel, speaker in ((1, "Ann"), (2, "Bob")):
        names = {"recording": f"call_ch{channel}", "name": "call"}
        found = read_reference(path, **names, channel=channel)
        assert [turn.speaker for turn in found] == [speaker]


@pytest.mark.parametrize("called", ["my_call", "x/my_call", "my_call-123456"])
def test_a_reference_may_leave_out_folders_and_spaces_of_a_name(tmp_path, called):
    found = read_reference(
        rttm(tmp_path, (called, 1, "A")), recording="my_call-123456", name="x/my call"
    )
    assert len(found) == 1


def test_a_reference_that_does_not_tell_channels_apart_is_no_reference_of_a_channel(tmp_path):
    path = rttm(tmp_path, ("call", 1, "Ann"), ("call", 1, "Bob"))
    with pytest.raises(InputError, match="all turns of call are of one channel"):
        read_reference(path, recording="call_ch2", name="call", channel=2)
    own = rttm(tmp_path, ("call_ch2", 1, "Bob"))
    assert len(read_reference(own, recording="call_ch2", name="call", channel=2)) == 1


def test_a_recording_without_audio_and_turns_has_nothing_to_score():
    assert read_extent(None, recording="a", name="a", duration=0.0) == []


def test_a_uem_outside_the_recording_is_warned_of(tmp_path, caplog):
    (tmp_path / "a.uem").write_text("a 1 50 60\n")
    assert read_extent(tmp_path / "a.uem", recording="a", name="a", duration=10.0) == []
    assert "lies wholly outside" in caplog.text


def test_without_uem_all_of_the_recording_is_scored(tmp_path):
    names = {"recording": "a", "name": "a", "duration": 9.5}
    assert read_extent(None, **names) == [Interval(0.0, 9.5)]
    (tmp_path / "a.uem").write_text("a 1 1 100\n")
    assert read_extent(tmp_path / "a.uem", **names) == [Interval(1.0, 9.5)]
    (tmp_path / "b.uem").write_text("b 1 1 100\n")
    with pytest.raises(InputError, match=r"b.uem: no line for recording a"):
        read_extent(tmp_path / "b.uem", **names)
