"""Tables, folders and globs of recordings: rows, mistakes and warnings."""

import os
import re
import unicodedata
from types import SimpleNamespace

import pytest
from table_corpus import source

from diarflow.errors import InputError
from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.recording_ids import safe_id
from diarflow.planning.table import read_corpora, read_corpus, warn_of_annotations


def test_paths_are_relative_to_the_table(table, tmp_path):
    (recording,), warnings = read_corpus(table("recording audio reference", "a a.wav a.rttm"))
    assert (recording.audio, recording.reference) == (
        str(tmp_path / "a.wav"),
        str(tmp_path / "a.rttm"),
    )
    assert (recording.corpus, recording.id, recording.channel, warnings) == ("c", "a", "mix", [])


def test_numbers_of_speakers_are_read(table):
    (recording,), _ = read_corpus(
        table("recording audio num_speakers min_speakers max_speakers", "a a.wav 3 2 4")
    )
    assert (recording.num_speakers, recording.min_speakers, recording.max_speakers) == (3, 2, 4)
    assert recording.row_parts()["speakers"] == {"num": 3, "min": 2, "max": 4}


def test_a_track_is_part_of_the_audio_of_its_recording_only(table):
    rows = ("recording audio track", "a a.wav 2.0", "b b.wav ENG")
    recordings, _ = read_corpus(table(*rows))
    assert [recording.track for recording in recordings] == [2, "eng"]
    before = [recording.row_parts() for recording in recordings]
    after = [one.row_parts() for one in read_corpus(table(*rows[:2], "b b.wav deu"))[0]]
    assert before[0] == after[0] and before[1].pop("audio") != after[1].pop("audio")
    assert before[1] == after[1]


def test_the_track_of_the_corpus_counts_without_one_in_the_table(table):
    corpus = table("recording audio track", "a a.wav 2", "b b.wav ")
    corpus.track = "deu"
    assert [recording.track for recording in read_corpus(corpus)[0]] == [2, "deu"]
    corpus.track = None
    assert "track" not in read_corpus(corpus)[0][1].row_parts()["audio"]


def test_the_column_corpus_selects_rows(table):
    recordings, _ = read_corpus(table("corpus recording audio", "c a a.wav", "d b b.wav"))
    assert [recording.id for recording in recordings] == ["a"]


def test_a_column_corpus_with_other_values_only_is_an_error_that_names_them(table):
    message = r"no recordings of c: the column corpus contains d \(2\), e \(1\), expected c"
    with pytest.raises(InputError, match=message):
        read_corpus(table("corpus recording audio", "d a a.wav", "d b b.wav", "e f f.wav"))


def test_an_unknown_column_gives_a_warning(table):
    _, warnings = read_corpus(table("recording audio licence", "a a.wav x"))
    assert warnings[0].endswith("t.tsv:1: column licence is not used")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["recording audio", "a a.wav", "a b.wav"], "t.tsv:3: recording a appears twice, first in"),
        (["recording audio", "a no.wav"], "t.tsv:2: audio .*no.wav does not exist"),
        (["recording audio", " a.wav"], "t.tsv:2: no recording, expected an id"),
        (["recording audio", "a "], "t.tsv:2: no audio, expected the path of a file"),
        (["recording audio reference", "a a.wav x.rttm"], "t.tsv:2: reference .* does not exist"),
        (["recording audio channel", "a a.wav 0"], "channel is 0, expected mix, each, or a number"),
        (["recording audio track", "a a.wav 0"], "track is 0, expected a number from 1 or a lang"),
        (
            ["recording audio num_speakers", "a a.wav -2"],
            "num_speakers is -2, expected an integer >= 1",
        ),
        (
            ["recording audio min_speakers max_speakers", "a a.wav 3 2"],
            "min_speakers is 3, more than",
        ),
        (["recording audio", "a a.wav x"], "t.tsv:2: 3 fields, expected 2"),
        (["recording audio"], "t.tsv: no recordings of c"),
        ([""], "t.tsv:1: no column audio, expected audio or file, path, .*the header has no names"),
        ([], "t.tsv:1: no column audio"),
        (["recording audio audio", "a a.wav b.wav"], "t.tsv:1: column audio appears twice"),
    ],
)
def test_a_mistake_in_a_table_is_reported_with_its_row(table, rows, message):
    with pytest.raises(InputError, match=message):
        read_corpus(table(*rows))


def test_all_mistakes_of_all_corpora_are_reported_together(table):
    bad = table("recording audio num_speakers", "a no.wav x", "b b.wav 0")
    with pytest.raises(InputError) as error:
        read_corpora([bad, source(name="d", recordings="nowhere.tsv")])
    lines = str(error.value).split("\n")
    assert len(lines) == 4 and lines[3].startswith("nowhere.tsv: no such table of recordings in /")


def test_a_duplicate_in_a_row_with_another_mistake_is_reported(table):
    with pytest.raises(InputError) as error:
        read_corpus(table("recording audio num_speakers", "a a.wav 0", "a b.wav x"))
    assert len(str(error.value).split("\n")) == 3


def test_a_channel_with_the_id_of_another_recording_is_reported(table, tone):
    tone("call.wav", channels=2)
    with pytest.raises(InputError, match=r"t.tsv:3: id call_ch1 appears twice, first in .*t.tsv:2"):
        read_corpus(table("recording audio channel", "call_ch1 a.wav mix", "call call.wav each"))


def test_a_binary_reference_does_not_stop_planning(table, tmp_path):
    (tmp_path / "a.rttm").write_bytes(b"\xff\xfe\x00")
    recordings, _ = read_corpora([table("recording audio reference", "a a.wav a.rttm")])
    assert recordings[0].row_parts()["reference"]["stamps"] == ["unreadable"]
    (warning,) = warn_of_annotations(recordings)
    assert warning.endswith("a.rttm: not a text file in UTF-8 (byte 2); save it as UTF-8")


@pytest.mark.parametrize(
    ("fields", "needs", "message"),
    [
        (
            {"simulate": SimpleNamespace(speakers="voices", conversations=1)},
            CorpusNeeds(),
            "voices: no such folder of speakers (corpus c)",
        ),
        (
            {"audio": "."},
            CorpusNeeds(audio=False, rttm=(("other", "nowhere/c"),)),
            "systems.other.rttm: nowhere/c does not exist (corpus c)",
        ),
    ],
)
def test_a_missing_folder_of_speakers_or_of_imported_rttm_is_reported(
    tmp_path, monkeypatch, fields, needs, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.wav").touch()
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_corpus(source(**fields), needs)


def test_a_missing_reference_of_the_corpus_is_reported_once(table):
    bad = table("recording audio", "a a.wav", "b b.wav")
    bad.reference = "nope.rttm"
    with pytest.raises(InputError, match=r"^corpus c: reference nope.rttm does not exist$"):
        read_corpus(bad)


def test_comment_lines_are_skipped_and_decimal_integers_are_read(table):
    (recording,), _ = read_corpus(table("recording audio num_speakers", "# mine", "a a.wav 2.0"))
    assert recording.num_speakers == 2


def test_a_folder_is_a_corpus_with_its_subfolders(tmp_path):
    for name in ("x.wav", "y.FLAC", "sub/x.mp3", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x.rttm").touch()
    recordings, _ = read_corpus(source(audio=str(tmp_path), reference=str(tmp_path)))
    assert [recording.name for recording in recordings] == ["sub/x", "x", "y"]
    assert [recording.id for recording in recordings] == [safe_id("sub/x"), "x", "y"]
    assert [bool(recording.reference) for recording in recordings] == [False, False, False]


def test_a_glob_is_a_corpus(tmp_path):
    for name in ("a1.wav", "a2.wav", "b1.wav"):
        (tmp_path / name).touch()
    recordings, _ = read_corpus(source(audio=str(tmp_path / "a*.wav")))
    assert [recording.id for recording in recordings] == ["a1", "a2"]


def test_a_folder_without_audio_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"no audio files .corpus c.; expected a folder"):
        read_corpus(source(audio=str(tmp_path)))


def test_with_channel_each_a_recording_is_a_call_with_its_channels(tone, tmp_path):
    path = tone("call.wav", channels=2)
    (tmp_path / "all.rttm").touch()
    recordings, _ = read_corpus(
        source(audio=str(path), channel="each", reference=str(tmp_path / "all.rttm"))
    )
    assert [(channel.id, channel.channel, channel.call) for channel in recordings] == [
        ("call_ch1", 1, "call"), ("call_ch2", 2, "call"),
    ]  # fmt: skip
    lines = recordings[1].row_parts()["reference"]["lines"]["reference"]
    assert (lines["channel"], lines["is_each"], lines["channels"]) == (2, True, 2)


def test_files_made_by_rules_need_not_exist(table, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    table("recording audio", "a results/demo/source/a.wav")
    (recording,), _ = read_corpus(source(recordings="t.tsv"))
    assert recording.audio == "results/demo/source/a.wav"


def test_an_unreadable_file_in_a_folder_is_a_recording(tmp_path):
    (tmp_path / "good.wav").touch()
    (tmp_path / "nowhere.wav").symlink_to("missing")
    (tmp_path / "folder.wav").mkdir()
    recordings, _ = read_corpus(source(audio=str(tmp_path)))
    assert [recording.id for recording in recordings] == ["good", "nowhere"]
    before = recordings[1].row_parts()["audio"]["stamps"]
    (tmp_path / "missing").write_text("new")
    assert before == [None] and recordings[1].row_parts()["audio"]["stamps"] != before


def test_a_folder_in_place_of_an_audio_file_is_reported(table, tmp_path):
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(InputError, match=r"t.tsv:2: audio .*folder.wav is a folder, expected a"):
        read_corpus(table("recording audio", "a folder.wav"))


def test_a_row_that_begins_with_a_comment_sign_is_named(table):
    _, warnings = read_corpus(table("recording audio", "a a.wav", "#1 b.wav", "#comment"))
    assert "t.tsv: 1 row that begin with # left out (lines 3)" in warnings[0]
    recordings, warnings = read_corpus(table("recording audio", '"#1" b.wav'))
    assert [recording.name for recording in recordings] == ["#1"] and warnings == []


def test_rows_of_other_corpora_are_counted_unless_they_are_configured(table):
    rows = ("corpus recording audio", "c a a.wav", "d b b.wav", "cc x a.wav", " y b.wav")
    first = table(*rows)
    second = source(name="d", recordings=first.recordings)
    _, warnings = read_corpora([first, second])
    assert warnings == [
        f"{first.recordings}: 2 rows of corpora that are not configured: (empty), cc"
    ]


def write_table(tmp_path, text, encoding="utf-8"):
    (tmp_path / "t.tsv").write_bytes(text.encode(encoding))
    return source(recordings=str(tmp_path / "t.tsv"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\t\t\r\n", "\r\n"])
def test_a_table_of_a_spreadsheet_is_read(tmp_path, encoding, end):
    for name in ("Field, Ann.wav", 'the "best" take.wav', "monday.wav"):
        (tmp_path / name).touch()
    rows = (
        "recording\taudio\tchannel\tnum_speakers",
        '"Field, Ann"\t"Field, Ann.wav"\t\t2.0',
        '"the ""best"" take"\t"the ""best"" take.wav"\t1.0\t',
        "monday\tmonday.wav",
        "",
    )
    recordings, warnings = read_corpus(write_table(tmp_path, end.join(rows), encoding))
    assert [recording.name for recording in recordings] == [
        "Field, Ann", 'the "best" take', "monday",
    ]  # fmt: skip
    assert [recording.num_speakers for recording in recordings] == [2, None, None]
    assert [recording.channel for recording in recordings] == ["mix", 1, "mix"]
    assert warnings == []


def test_a_value_in_a_column_without_a_name_is_reported(table):
    with pytest.raises(InputError, match=r"t.tsv:2: x is in a column without a name"):
        read_corpus(table("recording audio  ", "a a.wav x "))


@pytest.mark.parametrize("typed, stored", [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_typed_name_is_the_same_file_with_other_characters(tmp_path, typed, stored):
    folder = tmp_path / unicodedata.normalize(stored, "für")
    folder.mkdir()
    for name in ("Zoë.wav", "Zoë.rttm"):
        (folder / unicodedata.normalize(stored, name)).touch()
    text = unicodedata.normalize(
        typed, "recording\taudio\treference\na\tfür/Zoë.wav\tfür/Zoë.rttm\n"
    )
    (recording,), _ = read_corpus(write_table(tmp_path, text))
    assert os.path.isfile(recording.audio) and os.path.isfile(recording.reference)


@pytest.mark.parametrize("value", ["9" * 5000, "1_0", "٣", "2.5", "nan", "-1", "0"])
@pytest.mark.parametrize("column", ["channel", "num_speakers", "max_speakers"])
def test_all_columns_reject_the_same_numbers_in_a_short_line(table, column, value):
    with pytest.raises(InputError) as error:
        read_corpus(table(f"recording audio {column}", f"a a.wav {value}"))
    assert re.search(rf"t.tsv:2: {column} is .*, expected", str(error.value))
    assert len(str(error.value).split("t.tsv")[1]) < 150


def test_a_table_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "t.tsv").write_bytes(b"recording\taudio\nJ\xfcrgen\x81\ta.wav\n")
    with pytest.raises(InputError, match=r"t.tsv: not a text file in UTF-8 .byte 17. or Windows-1252 .byte 22.; save it as"):  # fmt: skip
        read_corpora([source(recordings=str(tmp_path / "t.tsv"))])


def test_the_number_of_speakers_of_a_corpus_is_that_of_rows_without_any(table):
    corpus = table("recording audio num_speakers min_speakers", "a a.wav", "b b.wav  3")
    corpus.num_speakers, corpus.max_speakers = 2, 4
    (first, second), _ = read_corpus(corpus)
    assert (first.num_speakers, first.min_speakers, first.max_speakers) == (2, None, 4)
    assert (second.num_speakers, second.min_speakers, second.max_speakers) == (None, 3, None)
