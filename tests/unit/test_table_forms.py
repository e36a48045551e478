"""Forms of a table of recordings: text with any delimiter and encoding, Excel workbooks, names of columns.

All forms contain the same recordings. The expected values are written by hand.
"""

import io
import os
import re
from datetime import date, datetime
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from table_corpus import ALIASES, CAPITALS, HEADER, source, text_of, workbook_of

from diarflow.errors import InputError
from diarflow.planning.columns import COLUMNS, meaning
from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.table import read_corpus
from diarflow.planning.table_text import read_text_table

ROWS = [
    ("monday", "audio/monday.wav", "", "2", "monday.rttm"),
    ("Müller, Anna", "audio/Müller, Anna.wav", "1", "", ""),
    ('the "best" take', "audio/best; take.mp3", "mix", "3", ""),
]
EXPECTED = [
    ("monday", "audio/monday.wav", "mix", 2, "monday.rttm"),
    ("Müller, Anna", "audio/Müller, Anna.wav", 1, None, None),
    ('the "best" take', "audio/best; take.mp3", "mix", 3, None),
]


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the files that the tables name."""
    (tmp_path / "audio").mkdir()
    for name in ("monday.rttm", *(row[1] for row in ROWS)):
        (tmp_path / name).touch()
    return tmp_path


text_of_rows = partial(text_of, rows=ROWS)


def with_numbers(rows):
    return [[int(value) if value.isdigit() else value for value in row] for row in rows]


WINDOWS = "the encoding is Windows-1252, as in Müller"
RENAMED = "column ID is recording; column File name is audio; column Speakers is num_speakers; column RTTM is reference"
# Name of the form, content of the file, and what is assumed about it.
FORMS = [
    ("tabs", text_of_rows("\t").encode(), None),
    ("tabs, quoted, CR LF", text_of_rows("\t", end="\r\n", quote_all=True).encode(), None),
    ("tabs, CR", text_of_rows("\t", end="\r").encode(), None),
    ("commas", text_of_rows(",").encode(), None),
    ("commas, quoted", text_of_rows(",", quote_all=True).encode(), None),
    ("commas, byte order mark", text_of_rows(",", end="\r\n").encode("utf-8-sig"), None),
    ("commas, empty columns at the end", text_of_rows(",", after=",,,").encode(), None),
    ("semicolons", text_of_rows(";").encode(), None),
    ("semicolons, Windows-1252", text_of_rows(";", end="\r\n").encode("cp1252"), WINDOWS),
    ("sep=;", text_of_rows(";", before="sep=;\r\n", end="\r\n").encode(), None),
    ("vertical bars", text_of_rows("|").encode(), None),
    ("UTF-16, tabs", text_of_rows("\t", end="\r\n").encode("utf-16"), None),
    ("UTF-16, big endian", b"\xfe\xff" + text_of_rows("\t").encode("utf-16-be"), None),
    ("UTF-16, commas, no mark", text_of_rows(",").encode("utf-16-le"), "the encoding is UTF-16 without a byte order mark, as in Müller"),
    ("capitals", text_of_rows(",", CAPITALS).encode(), None),
    ("aliases", text_of_rows(";", ALIASES).encode(), RENAMED),
    ("comments", text_of_rows(",", before="# my corpus, 2026\n\n").encode(), None),
    ("2.0", text_of_rows("\t").replace("\t2\t", "\t2.0\t").replace("\t1\t", "\t1.0\t").encode(), None),
    ("workbook", workbook_of(("Sheet1", [HEADER, *ROWS])), None),
    ("workbook, numbers", workbook_of(("Sheet1", [HEADER, *with_numbers(ROWS)])), None),
    ("workbook, empty first sheet", workbook_of(("Empty", []), ("Data", [HEADER, *ROWS])), None),
    ("workbook, several sheets", workbook_of(("Data", [HEADER, *ROWS]), ("Notes", [["x"]])), "the sheet is Data, not Notes"),
    ("workbook, empty rows and columns", workbook_of(("Sheet1", [[], HEADER, [], *ROWS, [None] * 9])), None),
    ("workbook, aliases", workbook_of(("Sheet1", [ALIASES, *ROWS])), RENAMED),
]  # fmt: skip


def read(folder, content, name="t.tsv", **needs):
    (folder / name).write_bytes(content)
    return read_corpus(source(recordings=str(folder / name)), CorpusNeeds(**needs))


@pytest.mark.parametrize(("form", "content", "assumed"), FORMS, ids=[row[0] for row in FORMS])
def test_every_form_of_a_table_contains_the_same_recordings(folder, form, content, assumed):
    recordings, warnings = read(folder, content)

    def values(recording):
        reference = recording.reference and os.path.relpath(recording.reference, folder)
        audio = os.path.relpath(recording.audio, folder)
        return recording.name, audio, recording.channel, recording.num_speakers, reference

    assert [values(recording) for recording in recordings] == EXPECTED
    assert warnings == ([f"{folder}/t.tsv: assumed: {assumed}"] if assumed else [])


@pytest.mark.parametrize("ending", [".csv", ".txt", ".xlsx", ""])
def test_the_ending_of_a_table_does_not_matter(folder, ending):
    for content in (text_of_rows("\t").encode(), workbook_of(("Sheet1", [HEADER, *ROWS]))):
        recordings, _ = read(folder, content, f"t{ending}")
        assert [recording.name for recording in recordings] == [row[0] for row in EXPECTED]


@pytest.mark.parametrize("column", COLUMNS)
def test_an_alias_means_one_column(column):
    assert meaning(column.upper()) == column
    for alias in COLUMNS[column]:
        assert meaning(alias.replace("_", " ").title()) == column and alias not in COLUMNS


def test_the_documentation_lists_all_columns_and_aliases():
    text = (ROOT / "docs/usage.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (`.*?) \|(.*?)\| .* \|$", text.partition("### Table of")[2], re.MULTILINE
    )
    documented = {}
    for names, aliases in rows:
        names, aliases = (re.findall(r"`(\w+)`", cell) for cell in (names, aliases))
        for index, name in enumerate(names):  # of two columns, each has one alias
            documented[name] = tuple(aliases if len(names) == 1 else aliases[index : index + 1])
    assert {name: documented.get(name) for name in COLUMNS} == COLUMNS


def test_a_row_of_a_workbook_has_sheet_and_row_in_messages(folder):
    rows = [HEADER, [], ("a", "no.wav", 0, "", "")]
    with pytest.raises(InputError) as error:
        read(folder, workbook_of(("My sheet", rows)), "t.xlsx")
    assert str(error.value).split("\n")[0].startswith(f"{folder}/t.xlsx:My sheet:3: audio ")


def test_a_row_with_quoted_line_breaks_is_one_row_and_the_next_has_its_own_line(folder):
    text = 'recording,audio,notes\na,audio/monday.wav,"one\n\ntwo"\nb,no.wav,\n'
    with pytest.raises(InputError, match=r"t.tsv:5: audio .*no.wav does not exist"):
        read(folder, text.encode())
    _, warnings = read(folder, text.replace("no.wav", "audio/monday.wav").encode())
    assert warnings[0].endswith("t.tsv: assumed: 1 row with quoted line breaks (line 2)")


def test_a_quote_that_is_not_closed_is_reported(folder):
    with pytest.raises(InputError, match=r't.tsv:2: a quote is not closed: "audio/monday.wav$'):
        read(folder, b'recording,audio\na,"audio/monday.wav\n')


def test_with_tabs_an_open_quote_belongs_to_the_value(folder):
    (folder / '"a.wav').touch()
    text = 'audio\trecording\tx\n"a.wav\tone\t\naudio/monday.wav\ttwo"\ty\n'
    recordings, _ = read(folder, text.encode())
    assert [recording.name for recording in recordings] == ["one", 'two"']


def test_recordings_are_named_after_their_audio_without_a_column(folder):
    for name in ("a/x.wav", "b/x.wav"):
        (folder / name).parent.mkdir()
        (folder / name).touch()
    recordings, warnings = read(folder, b"file\naudio/monday.wav\na/x.wav\nb/x.wav\n")
    assert [recording.name for recording in recordings] == ["monday", "a/x", "b/x"]
    assert warnings == [
        f"{folder}/t.tsv: assumed: column file is audio; recordings are named after their audio files, 2 of them with folders"
    ]


def test_an_audio_file_without_a_name_in_two_rows_is_reported(folder):
    with pytest.raises(InputError, match=r"t.tsv:3: recording monday appears twice"):
        read(folder, b"file\naudio/monday.wav\naudio/monday.wav\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recording,sound\na,x.mp3\n", "sound contains names of audio files: call it audio"),
        ("recording,audoi\na,x\n", "is audoi this column\\? Call it audio"),
        ("recording,licence\na,x\n", "the header has recording, licence"),
        ("x.wav\ny.wav\n", "t.tsv:1: no header, expected names of columns .*; x.wav is a file"),
        ("id,name,file\n1,a,x.wav\n", "columns id, name all mean recording, expected one"),
        ("Audio,audio\nx.wav,y.wav\n", "column Audio appears twice"),
    ],
)
def test_a_header_without_one_audio_column_is_reported_with_a_suggestion(folder, text, message):
    with pytest.raises(InputError, match=message) as error:
        read(folder, text.encode())
    assert len(str(error.value).split("\n")) == 1


def test_a_column_has_precedence_over_its_aliases(folder):
    recordings, warnings = read(folder, b"id,recording,audio\n1,a,audio/monday.wav\n")
    assert recordings[0].name == "a"
    assert warnings == [f"{folder}/t.tsv:1: column id is not used: column recording has precedence"]


def test_a_column_of_names_is_not_the_number_of_speakers(folder):
    recordings, warnings = read(folder, b"file,speakers\naudio/monday.wav,Ann and Bob\n")
    assert recordings[0].num_speakers is None
    assert "t.tsv:1: column speakers is not used: its values are no numbers" in warnings[-1]


def test_dates_and_numbers_with_leading_zeros_of_a_workbook_are_as_displayed(folder):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["recording", "audio"])
    for value in (date(2026, 5, 1), datetime(2026, 5, 1, 9, 30), 7, 12.0, 1.5, True):
        sheet.append([value, "audio/monday.wav"])
    sheet["A4"].number_format = "000"
    book.save(folder / "t.xlsx")
    recordings, _ = read(folder, (folder / "t.xlsx").read_bytes())
    assert [recording.name for recording in recordings] == [
        "2026-05-01", "2026-05-01T09:30:00", "007", "12", "1.5", "True",
    ]  # fmt: skip


def with_formula(folder, value):
    """Return a workbook in which the audio of row 2 is a formula with a value, or without one."""
    import zipfile

    content = workbook_of(("Sheet1", [["recording", "audio"], ["a", '="audio/"&"monday.wav"']]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert b"<v></v>" in files[name] or b"<v />" in files[name] or b"<v/>" in files[name]
    if value:
        files[name] = re.sub(rb"<v></v>|<v ?/>", f"<v>{value}</v>".encode(), files[name])
        files[name] = files[name].replace(b'<c r="B2">', b'<c r="B2" t="str">')
    with zipfile.ZipFile(folder / "t.xlsx", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return (folder / "t.xlsx").read_bytes()


def test_a_formula_counts_with_its_value(folder):
    recordings, _ = read(folder, with_formula(folder, "audio/monday.wav"), "t.xlsx")
    assert recordings[0].audio == str(folder / "audio/monday.wav")


def test_a_formula_without_a_value_is_reported(folder):
    with pytest.raises(InputError, match=r"t.xlsx:Sheet1:2: B2 is a formula without a value"):
        read(folder, with_formula(folder, ""), "t.xlsx")


def test_a_resaved_workbook_changes_no_recording(folder):
    first, _ = read(folder, workbook_of(("Sheet1", [HEADER, *ROWS])), "t.xlsx")
    book = openpyxl.load_workbook(folder / "t.xlsx")
    book.properties.creator = "Ann"
    book.active.column_dimensions["A"].width = 50
    book.save(folder / "t.xlsx")
    second, _ = read(folder, (folder / "t.xlsx").read_bytes(), "t.xlsx")
    third, _ = read(folder, text_of_rows(";").encode())
    parts = [[recording.row_parts() for recording in found] for found in (first, second, third)]
    assert parts[0] == parts[1] == parts[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04 broken", "t.xlsx: a ZIP archive, but not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "t.xlsx: an Excel 97 workbook .*save it as xlsx or CSV"),
        (b"PK\x03\x04" + 26 * b" " + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
        (b"recording\0audio", "t.xlsx: not a text file .byte 9 is 0."),
        (b"\xff\xfe\x00", "t.xlsx: not text in UTF-16"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_one_line(folder, content, message):
    with pytest.raises(InputError, match=message) as error:
        read(folder, content, "t.xlsx")
    assert len(str(error.value).split("\n")) == 1


def test_a_table_without_audio_needs_recordings(folder):
    recordings, _ = read(folder, b"uri\na\n", audio=False)
    assert [recording.name for recording in recordings] == ["a"]
    with pytest.raises(InputError, match=r"t.tsv:1: no column recording, expected recording or id"):
        read(folder, b"licence\na\n", audio=False)


CELL = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="#"), min_size=1)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=5), st.sampled_from("\t;,"))
def test_quoted_fields_are_read_as_they_were_written(rows, delimiter):
    text = text_of(delimiter, ("recording", "audio"), rows, quote_all=True)
    read_rows = read_text_table("t", text.encode()).rows[1:]
    assert [row.fields for row in read_rows] == rows


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_one_mistake(tmp_path_factory, data):
    path = Path(tmp_path_factory.getbasetemp()) / "any.csv"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_corpus(source(recordings=str(path)))
