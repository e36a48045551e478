"""Reading and writing of RTTM, annotation CSV and UEM."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.errors import InputError
from diarflow.formats.annotation_csv import read_annotation_csv
from diarflow.formats.rttm import read_comments, read_rttm, read_turns, write_rttm
from diarflow.formats.uem import read_uem, write_uem
from diarflow.timeline.intervals import Interval, Turn


def line(recording="a", start="0.0", duration="1.0", speaker="Ann", channel="1"):
    return f"SPEAKER {recording} {channel} {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n"


@pytest.fixture
def file(tmp_path):
    def write(text, name="a.rttm"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


turns = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from("ABC")).map(
        lambda t: Turn(t[0] / 1000, (t[0] + t[1]) / 1000, t[2])
    ),
    max_size=20,
)


@given(turns)
def test_written_turns_are_read_back(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("rttm") / "a.rttm"
    write_rttm(path, "a", written)
    for read, turn in zip(read_turns(path), sorted(written), strict=True):
        assert read == pytest.approx((*turn[:2], turn.speaker))


def test_a_written_line_is_nist_rttm_and_a_comment_is_one_line(tmp_path):
    write_rttm(tmp_path / "a.rttm", "a", [Turn(1.5, 2.25, "SPEAKER_00")], comments=["made\nup"])
    assert (tmp_path / "a.rttm").read_text() == (
        ";; made up\nSPEAKER a 1 1.500 0.750 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
    )
    assert read_comments(tmp_path / "a.rttm") == ["made up"]


def test_a_name_with_a_space_becomes_one_field(tmp_path):
    write_rttm(tmp_path / "a.rttm", "a", [Turn(0.0, 1.0, "Anna Maria")])
    assert read_turns(tmp_path / "a.rttm")[0].speaker == "Anna_Maria"


def test_byte_order_mark_comments_other_types_and_blank_lines_are_skipped(file):
    path = file("\ufeff;; x\n\nSPKR-INFO a 1 <NA> <NA> <NA> unknown Ann <NA> <NA>\n" + line())
    assert read_turns(path) == [Turn(0.0, 1.0, "Ann")]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (line(duration="-0.5"), "duration is -0.5, expected a number >= 0"),
        (line(start="x"), "start is x, expected a number"),
        (line(start="nan"), "start is nan"),
        (line(speaker="Anna Maria"), r"11 fields, expected 9 or 10 \(a space in a name\?\)"),
        ("SPEAKER a 1 0.0\n", "4 fields, expected 9 or 10"),
        ("SPAEKER a 1 0.0 1.0 <NA> <NA> x\n", "line begins with SPAEKER, expected SPEAKER"),
    ],
)
def test_a_malformed_line_is_an_error_with_file_and_line_number(file, bad, message):
    path = file(line() + bad)
    with pytest.raises(InputError, match=f"a.rttm:2: {message}"):
        read_rttm(path)


def test_one_error_names_all_malformed_lines(file):
    with pytest.raises(InputError) as error:
        read_rttm(file(line(duration="-1") + line() + line(start="x")))
    assert [text.split(": ")[0][-1] for text in str(error.value).split("\n")] == ["1", "3"]


def test_numbers_of_other_recordings_are_not_parsed(file):
    annotation = read_rttm(file(line("b", duration="-1") + line("a")), only={"a"})
    assert annotation.names == {"a", "b"} and list(annotation.turns) == [("a", "1")]


def test_a_file_that_is_not_utf8_is_an_error(file):
    with pytest.raises(InputError, match=r"a.rttm: not a text file in UTF-8"):
        read_rttm(file(b"\xff\xfe\x00"))


def test_the_columns_of_a_csv_may_have_any_order_and_case(file):
    path = file("SPEAKER_ID,duration,Filename,OFFSET\nAnn Lee,1.5,a.wav,0.5\nBob,1,b,0\n", "x.csv")
    assert read_annotation_csv(path).turns == {
        ("a", "1"): [Turn(0.5, 2.0, "Ann_Lee")],
        ("b", "1"): [Turn(0.0, 1.0, "Bob")],
    }
    assert list(read_annotation_csv(path, only={"b"}).turns) == [("b", "1")]


def test_the_last_row_of_a_csv_needs_no_line_break(file):  # bug 25
    path = file("filename;Offset;Duration;Speaker_id\na;0;1;x\na;1;1;y", "x.csv")
    assert [turn.speaker for turn in read_annotation_csv(path).turns["a", "1"]] == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "filename,start\n",
            ":1: no column offset, duration, speaker_id; expected filename, Offset",
        ),
        ("", ":1: no column filename"),
        ("filename,Offset,Duration,Speaker_id\na,0,-1,x\n", ":2: duration is -1"),
        ("filename,Offset,Duration,Speaker_id\na,0\n", ":2: 2 fields, expected 4"),
    ],
)
def test_a_malformed_csv_is_an_error_with_its_line(file, text, message):
    with pytest.raises(InputError, match=f"x.csv{message}"):
        read_annotation_csv(file(text, "x.csv"))


def test_the_intervals_of_a_uem_are_sorted_and_merged(file):
    path = file("a 1 5 9\n;; x\na 1 0 6\nb 1 0 1\n", "a.uem")
    assert read_uem(path) == {"a": [Interval(0, 9)], "b": [Interval(0, 1)]}


def test_a_written_uem_is_read_back(tmp_path):
    write_uem(tmp_path / "a.uem", "a", [Interval(0.0, 10.0625)])
    assert read_uem(tmp_path / "a.uem") == {"a": [Interval(0.0, 10.0625)]}


@pytest.mark.parametrize(
    ("text", "message"), [("a 1 5 5\n", "end is 5, expected more than 5"), ("a 1 5\n", "3 fields")]
)
def test_a_malformed_uem_line_is_an_error(file, text, message):
    with pytest.raises(InputError, match=f"a.uem:1: {message}"):
        read_uem(file(text, "a.uem"))
