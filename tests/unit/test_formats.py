"""Reading and writing of RTTM, annotation CSV and UEM."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.errors import InputError
from diarflow.formats.annotation_csv import read as read_annotation_csv
from diarflow.formats.records import parse_records
from diarflow.formats.rttm import parse_rttm, read_rttm, read_turns, write_rttm
from diarflow.formats.text import as_integer, as_number, parse_number
from diarflow.formats.uem import read_uem, write_uem
from diarflow.timeline.intervals import Interval, Turn

HEADER = "filename,Offset,Duration,Speaker_id\n"


def line(recording="a", start="0.0", duration="1.0", speaker="Ann", channel="1"):
    return f"SPEAKER {recording} {channel} {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n"


def of_speaker(end):
    """Return a line whose fields from the speaker on are given."""
    return f"SPEAKER a 1 0 1 <NA> <NA> {end}\n"


@pytest.fixture
def file(tmp_path):
    def write(text, name="a.rttm"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def turns_of(path, *names):
    """Return the turns of recordings in an RTTM or a CSV; without names, of all."""
    is_rttm = path.suffix != ".csv"
    read = (read_rttm if is_rttm else read_annotation_csv)(path)
    return (parse_rttm if is_rttm else parse_records)(read, names or read.lines).all_turns()


def speakers(path):
    return [turn.speaker for turn in turns_of(path)]


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


def test_a_written_line_is_nist_rttm(tmp_path):
    write_rttm(tmp_path / "a.rttm", "a", [Turn(1.5, 2.25, "SPEAKER_00")])
    assert (tmp_path / "a.rttm").read_text() == (
        "SPEAKER a 1 1.500 0.750 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
    )


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
        (line(start="1_0"), "start is 1_0"),
        (line(start="٣"), "start is ٣"),
        (line(start="0,5"), "start is 0,5, expected a number >= -86400, in seconds with a decimal"),
        (line(start="9" * 5000), r"start is 9{18} \.\.\. 9{17}, expected a number"),
        (line(start="1e300"), "start is 1e300, expected a number <= 1e\\+09"),
        (of_speaker("<NA> Ann <NA>"), "speaker .field 8. is <NA>, expected a name"),
        (of_speaker("Anna Maria 0.5 <NA>"), "11 fields, expected 8 to 10"),
        ("SPEAKER a 1 0.0\n", "4 fields, expected 8 to 10"),
        ("SPAEKER a 1 0.0 1.0 <NA> <NA> x\n", "line begins with SPAEKER, expected SPEAKER"),
    ],
)
def test_a_malformed_line_is_an_error_with_file_and_line_number(file, bad, message):
    path = file(line() + bad)
    with pytest.raises(InputError, match=f"a.rttm:2: {message}"):
        turns_of(path)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (["Ann"], ["Ann"]),
        (["Ann <NA>"], ["Ann"]),
        (["Anna Maria <NA> <NA>", "Bob <NA> <NA>"], ["Anna_Maria", "Bob"]),
        (["Anna Maria <NA>"], ["Anna_Maria"]),
        (["Anna Maria"], ["Anna_Maria"]),
        (["Ann 0.98 <NA>", "Bob 1 <NA>"], ["Ann", "Bob"]),
        (["Ann 0.5 0.2", "Bob <NA> 0.1"], ["Ann", "Bob"]),
        (["Ann 1 <NA>", "Bob 1 <NA>"], ["Ann", "Bob"]),
        (["Zoe\u0308 <NA> <NA>"], ["Zo\u00eb"]),
        (["Anna\u00a0Maria <NA> <NA>"], ["Anna_Maria"]),
    ],
)
def test_the_speaker_is_the_name_without_confidence(file, ends, expected):
    assert speakers(file("".join(map(of_speaker, ends)))) == expected


@pytest.mark.parametrize("numbers", [(1, 2), (0, 1), (97, 98)])
def test_a_number_that_may_belong_to_the_name_is_an_error(file, numbers):
    """`Speaker 1` may be a name, or a name with a confidence. Both readings differ here."""
    path = file("".join(of_speaker(f"Speaker {number} <NA>") for number in numbers))
    with pytest.raises(InputError, match="a space in a name\\? separate the fields by tabs"):
        turns_of(path)


def test_fields_are_separated_by_tabs_where_there_are_tabs(file):
    text = "SPEAKER\ta\t1\t0\t1\tgood morning\t<NA>\tSpeaker {}\t1\n"
    assert speakers(file(text.format(1) + text.format(2))) == ["Speaker_1", "Speaker_2"]
    assert speakers(file("SPEAKER\t\ta\t1\t0\t\t1\t<NA> <NA>\tAnn\n")) == ["Ann"]


def test_an_error_names_the_malformed_lines(file):
    with pytest.raises(InputError) as error:
        turns_of(file(line(duration="-1") + line() + line(start="x") * 5))
    lines = str(error.value).split("\n")
    assert [text.split(": ")[0][-1] for text in lines[:4]] == ["1", "3", "4", "5"]
    assert lines[4:] == ["... and 2 more of this kind"]


def test_malformed_lines_of_other_recordings_do_not_count(file):
    path = file(line("b", duration="-1") + "SPEAKER b 1\n" + line("a"))
    assert len(turns_of(path, "a")) == 1


@pytest.mark.parametrize(
    "text",
    ["a 1 0.3 0.25 word 0.98\n" * 2000, "<?xml version='1.0'?>\n<ANNOTATION_DOCUMENT>\n", "{}\n"],
)
def test_a_file_of_another_format_is_named_in_a_short_line(file, text):
    with pytest.raises(InputError, match=r"a.rttm:1: begins with .*, expected RTTM") as error:
        read_rttm(file(text))
    assert len(str(error.value).replace(str(file("")), "")) < 200


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\x00b\x00", b"J\xfcrgen"])
def test_a_file_that_is_not_utf8_is_an_error(file, content):
    with pytest.raises(InputError, match=r"a.rttm: not a text file in UTF-8"):
        read_rttm(file(content))


def test_utf_16_with_a_byte_order_mark_is_read(file):
    assert speakers(file(line(speaker="Zoë").encode("utf-16"))) == ["Zoë"]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    os.mkfifo(tmp_path / "pipe.rttm")
    for name in ("pipe.rttm", "missing.rttm", "."):
        with pytest.raises(InputError, match=r"not a regular file|cannot be read"):
            read_rttm(tmp_path / name)


def test_numbers_are_decimal_digits_of_limited_length():
    accepted = {"1": 1, "+1.5": 1.5, ".5": 0.5, "2.": 2, "1e1": 10, "-0": 0}
    assert {text: as_number(text) for text in accepted} == accepted
    for text in ("", " 1", "1_0", "0x1", "inf", "NaN", "1,5", "٣", "1" * 301, "1e999", "½"):
        assert as_number(text) is None
    assert as_integer("2.0") == 2 and as_integer("2.5") is None and as_integer("9" * 20) is None
    with pytest.raises(InputError, match="duration is 1:00, expected a number >= 0, in seconds"):
        parse_number("1:00", name="duration")


def test_the_columns_of_a_csv_may_have_any_order_and_case(file):
    path = file("SPEAKER-ID,duration,File name,OFFSET\nAnn Lee,1.5,a.wav,0.5\nBob,1,b,0\n", "x.csv")
    assert turns_of(path) == [Turn(0.5, 2.0, "Ann_Lee"), Turn(0.0, 1.0, "Bob")]
    assert turns_of(path, "b") == [Turn(0.0, 1.0, "Bob")]


@pytest.mark.parametrize(
    "text",
    [
        "filename;Offset;Duration;Speaker_id\na;0,5;1,25;x\n",
        "sep=;\nfilename;Offset;Duration;Speaker_id\na;0,5;1,25;x\n",
        "filename\tOffset\tDuration\tSpeaker_id\r\na\t0.5\t1.25\tx\r\n",
        '"filename","Offset","Duration","Speaker_id","Text"\n"a","0.5","1.25","x","yes,\nno"\n',
        "filename,Offset,Duration,Speaker_id\na,0.5,1.25,x,,\n,,,,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_csv_of_a_spreadsheet_is_read(file, text, encoding):
    assert turns_of(file(text.encode(encoding), "x.csv")) == [Turn(0.5, 1.75, "x")]


def test_a_csv_may_have_a_column_of_channels(file):
    read = read_annotation_csv(file("filename,Channel,Offset,Duration,Speaker_id\na,2,0,1,x\n"))
    assert parse_records(read, ["a"]).channels == {"2"}


def test_the_last_row_of_a_csv_needs_no_line_break(file):  # bug 25
    path = file("filename;Offset;Duration;Speaker_id\na;0;1;x\na;1;1;y", "x.csv")
    assert speakers(path) == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "filename,start\n",
            ":1: no column end or duration, speaker; expected start, end or duration, speaker",
        ),
        ("", ":1: no column start"),
        ("filename,Offset,Duration,Speaker_id,offset\n", ":1: column offset appears twice"),
        (HEADER + "a,0,-1,x\n", ":2: duration is -1"),
        (HEADER + "a,0\n", ":2: 2 fields, expected 4"),
        (HEADER + "a,0,5,1,2,x\n", ":2: 6 fields, expected 4 .a decimal comma"),
        (HEADER + "a,0:01,1,x\n", ":2: offset is 0:01, expected .* in seconds with a decimal"),
        (HEADER + "a,0,1,\n", ":2: no speaker_id, expected a name"),
        (HEADER + ",0,1,x\na,0,1,x\n", ":2: no filename"),
        (HEADER + 'a,0,1,"x\na,1,1,y\n', ":4: .*is a quote not closed"),
        (HEADER + 'a,0,1,"x\na,1,1,"\n', ":3: .*is a quote not closed"),
    ],
)
def test_a_malformed_csv_is_an_error_with_its_line(file, text, message):
    with pytest.raises(InputError, match=f"x.csv{message}"):
        turns_of(file(text, "x.csv"))


def test_the_intervals_of_a_uem_are_sorted_and_merged(file):
    path = file("a 1 5 9\n;; x\na 1 0 6\nb 1 0 1\nmy call 1 0 1\n", "a.uem")
    assert read_uem(path) == {
        "a": [Interval(0, 9)], "b": [Interval(0, 1)], "my call": [Interval(0, 1)],
    }  # fmt: skip


def test_a_written_uem_is_read_back(tmp_path):
    write_uem(tmp_path / "a.uem", "a", [Interval(0.0, 10.0625)])
    assert read_uem(tmp_path / "a.uem") == {"a": [Interval(0.0, 10.0625)]}


@pytest.mark.parametrize(
    ("text", "message"), [("a 1 5 5\n", "end is 5, expected more than 5"), ("a 1 5\n", "3 fields")]
)
def test_a_malformed_uem_line_is_an_error(file, text, message):
    with pytest.raises(InputError, match=f"a.uem:1: {message}"):
        read_uem(file(text, "a.uem"))
