import json
from types import SimpleNamespace

import pytest

from diarflow.errors import InputError
from diarflow.planning.corpora import (
    lines_by_name,
    read_corpora,
    read_corpus,
    safe_id,
    unknown_in_references,
)
from diarflow.planning.recording_files import write_rows


def source(**fields):
    known = {"name": "c", "recordings": None, "audio": None, "channel": "mix", "reference": None}
    return SimpleNamespace(**known | {"uem": None, "simulate": None} | fields)


@pytest.fixture
def table(tmp_path):
    """Write a table of recordings, its columns separated by spaces here, and the files a.wav, b.wav."""
    for name in ("a.wav", "b.wav", "a.rttm"):
        (tmp_path / name).touch()

    def write(*rows):
        path = tmp_path / "t.tsv"
        path.write_text("".join("\t".join(row.split(" ")) + "\n" for row in rows))
        return source(recordings=str(path))

    return write


def test_paths_are_relative_to_the_table(table, tmp_path):
    (found,), warnings = read_corpus(table("recording audio reference", "a a.wav a.rttm"))
    assert (found.audio, found.reference) == (str(tmp_path / "a.wav"), str(tmp_path / "a.rttm"))
    assert (found.corpus, found.recording, found.channel, warnings) == ("c", "a", "mix", [])


def test_numbers_of_speakers_are_read(table):
    (found,), _ = read_corpus(
        table("recording audio num_speakers min_speakers max_speakers", "a a.wav 3 2 4")
    )
    assert (found.num_speakers, found.min_speakers, found.max_speakers) == (3, 2, 4)
    assert found.parts()["speakers"] == {"num": 3, "min": 2, "max": 4}


def test_a_column_corpus_selects_rows(table):
    found, _ = read_corpus(table("corpus recording audio", "c a a.wav", "d b b.wav"))
    assert [one.recording for one in found] == ["a"]


def test_other_columns_are_warned_of(table):
    _, warnings = read_corpus(table("recording audio licence", "a a.wav x"))
    assert warnings[0].endswith("t.tsv:1: column licence is not used")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["recording audio", "a a.wav", "a b.wav"], "t.tsv:3: recording a is there already, see"),
        (["recording audio", "a no.wav"], "t.tsv:2: audio .*no.wav does not exist"),
        (["recording audio", " a.wav"], "t.tsv:2: no recording, expected an id"),
        (["recording audio", "a "], "t.tsv:2: no audio, expected the path of a file"),
        (["recording audio reference", "a a.wav x.rttm"], "t.tsv:2: reference .* does not exist"),
        (["recording audio channel", "a a.wav 0"], "channel is 0, expected mix, each, or a number"),
        (["recording audio num_speakers", "a a.wav -2"], "num_speakers is -2, expected a whole"),
        (
            ["recording audio min_speakers max_speakers", "a a.wav 3 2"],
            "min_speakers is 3, more than",
        ),
        (["recording audio", "a a.wav x"], "t.tsv:2: 3 fields, expected 2"),
        (["recording audio"], "t.tsv: no recordings of c"),
        ([""], "t.tsv:1: no column recording, audio"),
        (
            ["recording,audio", "a,a.wav"],
            "no column recording, audio; columns are separated by tabs",
        ),
        (["recording audio audio", "a a.wav b.wav"], "t.tsv:1: column audio is there twice"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_row(table, rows, said):
    with pytest.raises(InputError, match=said):
        read_corpus(table(*rows))


def test_all_mistakes_of_all_corpora_are_named_at_once(table):
    bad = table("recording audio num_speakers", "a no.wav x", "b b.wav 0")
    with pytest.raises(InputError) as error:
        read_corpora([bad, source(name="d", recordings="nowhere.tsv")])
    lines = str(error.value).split("\n")
    assert len(lines) == 4 and lines[3].startswith("nowhere.tsv: no such table of recordings in /")


def test_a_duplicate_is_named_though_its_row_has_another_mistake(table):
    with pytest.raises(InputError) as error:
        read_corpus(table("recording audio num_speakers", "a a.wav 0", "a b.wav x"))
    assert len(str(error.value).split("\n")) == 3


def test_a_channel_whose_id_another_recording_has_is_named(table, tone):
    tone("call.wav", channels=2)
    with pytest.raises(
        InputError, match=r"t.tsv:3: the id call_ch1 is there already, see .*t.tsv:2"
    ):
        read_corpus(table("recording audio channel", "call_ch1 a.wav mix", "call call.wav each"))


def test_a_reference_that_is_no_text_stops_no_plan(table, tmp_path):
    (tmp_path / "a.rttm").write_bytes(b"\xff\xfe\x00")
    found, _ = read_corpora([table("recording audio reference", "a a.wav a.rttm")])
    assert found[0].parts()["reference"]["stamps"] == [[""]]
    assert unknown_in_references(found) == []


def test_a_missing_reference_of_the_corpus_is_named_once(table):
    bad = table("recording audio", "a a.wav", "b b.wav")
    bad.reference = "nope.rttm"
    with pytest.raises(InputError, match=r"^corpus c: reference nope.rttm does not exist$"):
        read_corpus(bad)


def test_lines_that_begin_with_a_hash_and_numbers_of_spreadsheets_are_read(table):
    (found,), _ = read_corpus(table("recording audio num_speakers", "# mine", "a a.wav 2.0"))
    assert found.num_speakers == 2


def test_a_line_for_another_recording_in_a_shared_reference_changes_nothing(table, tmp_path):
    def parts():
        lines_by_name.cache_clear()
        found, _ = read_corpora([shared])
        assert [one.files("reference") for one in found] == [[], []]
        return [one.parts()["reference"] for one in found]

    shared = table("recording audio", "a a.wav", "b b.wav")
    shared.reference = str(tmp_path / "a.rttm")
    line = "SPEAKER {} 1 0 1 <NA> <NA> x <NA> <NA>\n"
    (tmp_path / "a.rttm").write_text(line.format("a") + line.format("b"))
    before = parts()
    (tmp_path / "a.rttm").write_text(line.format("a") + line.format("c") + line.format("b"))
    assert parts() == before
    (tmp_path / "a.rttm").write_text(line.format("a") + line.format("b") * 2)
    assert [one == old for one, old in zip(parts(), before, strict=True)] == [True, False]


def test_a_folder_is_a_corpus_with_its_subfolders(tmp_path):
    for name in ("x.wav", "y.FLAC", "sub/x.mp3", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x.rttm").touch()
    found, _ = read_corpus(source(audio=str(tmp_path), reference=str(tmp_path)))
    assert [one.name for one in found] == ["sub/x", "x", "y"]
    assert [one.recording for one in found] == [safe_id("sub/x"), "x", "y"]
    assert [bool(one.reference) for one in found] == [False, True, False]


def test_a_glob_is_a_corpus(tmp_path):
    for name in ("a1.wav", "a2.wav", "b1.wav"):
        (tmp_path / name).touch()
    found, _ = read_corpus(source(audio=str(tmp_path / "a*.wav")))
    assert [one.recording for one in found] == ["a1", "a2"]


def test_a_folder_without_audio_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"no audio files .corpus c.; expected a folder"):
        read_corpus(source(audio=str(tmp_path)))


def test_each_channel_is_a_recording_of_its_own(tone):
    path = tone("call.wav", channels=2)
    found, _ = read_corpus(source(audio=str(path), channel="each"))
    assert [(one.recording, one.channel, one.name) for one in found] == [
        ("call_ch1", 1, "call"), ("call_ch2", 2, "call"),
    ]  # fmt: skip
    assert found[1].parts()["reference"]["channel"] == 2


@pytest.mark.parametrize(
    "name", ["a b", "-a", "../a", "a/b", "ä", "x" * 101, "ALL", ".a", "a\nb", ";x"]
)
def test_an_unsafe_name_gets_a_safe_id_of_its_own(name):
    made = safe_id(name)
    assert made != name and safe_id(made) == made and made != safe_id(name + "x")


def test_a_reference_that_another_rule_makes_is_an_input(table, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    table("recording audio reference", "a a.wav results/x/a.rttm")
    (found,), _ = read_corpus(source(recordings="t.tsv"))
    assert found.files("reference", "uem") == ["results/x/a.rttm"]
    assert found.parts()["reference"]["stamps"] == []


def test_a_file_whose_name_snakemake_would_misread_is_stamped_instead(tmp_path):
    for name in ("a.wav", "<b>.wav", "{c}.wav"):
        (tmp_path / name).write_bytes(b"12345")
    found, _ = read_corpus(source(audio=str(tmp_path)))
    stamped = {one.name: [size for size, _ in one.parts()["audio"]["stamps"]] for one in found}
    assert stamped == {"a": [], "<b>": [5], "{c}": [5]}
    assert [one.files("audio") for one in found if one.name != "a"] == [[], []]


def test_files_that_rules_make_need_not_be_there_yet(table, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    table("recording audio", "a results/demo/source/a.wav")
    (found,), _ = read_corpus(source(recordings="t.tsv"))
    assert found.audio == "results/demo/source/a.wav"


def test_recordings_that_only_the_reference_knows_are_warned_of(table, tmp_path):
    (tmp_path / "a.rttm").write_text(
        "".join(f"SPEAKER {n} 1 0 1 <NA> <NA> x <NA> <NA>\n" for n in ("a", "nn"))
    )
    found, _ = read_corpus(table("recording audio reference", "a a.wav a.rttm"))
    (said,) = unknown_in_references(found)
    assert said.endswith("a.rttm: names recordings that are in no table: nn")


def test_rows_are_written_only_where_they_changed(table, tmp_path):
    def written():
        folder = tmp_path / "results" / "c" / "recordings"
        return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*.json")}

    for rows in (["a a.wav 2", "b b.wav 2"], ["a a.wav 3", "b b.wav 2"]):
        found, _ = read_corpus(table("recording audio num_speakers", *rows))
        before = written() if rows[0] == "a a.wav 3" else {}
        write_rows(found, tmp_path / "results")
    changed = {path for path, time in written().items() if before[path] != time}
    assert changed == {"a.json", "speakers/a.json"}
    whole = json.loads((tmp_path / "results/c/recordings/a.json").read_text())
    assert (whole["recording"], whole["num"], whole["corpus"]) == ("a", 3, "c")


def test_what_cannot_be_read_in_a_folder_is_a_recording_that_is_no_input_of_a_job(tmp_path):
    (tmp_path / "good.wav").touch()
    (tmp_path / "nowhere.wav").symlink_to("missing")
    (tmp_path / "folder.wav").mkdir()
    found, _ = read_corpus(source(audio=str(tmp_path)))
    assert [one.recording for one in found] == ["good", "nowhere"]
    assert [len(one.files("audio")) for one in found] == [1, 0]
    before = found[1].parts()["audio"]["stamps"]
    (tmp_path / "missing").write_text("there now")
    assert before == [None] and found[1].parts()["audio"]["stamps"] != before


def test_a_table_that_names_a_folder_is_told_so(table, tmp_path):
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(InputError, match=r"t.tsv:2: audio .*folder.wav is a folder, expected a"):
        read_corpus(table("recording audio", "a folder.wav"))


def test_a_name_with_tabs_and_lines_is_one_field_of_the_table_of_ids(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a\tb\nc.wav").touch()
    found, _ = read_corpus(source(audio="."))
    write_rows(found)
    (line,) = (tmp_path / "results/c/recordings.tsv").read_text().splitlines()[1:]
    assert line.split("\t")[1:] == [r"a\tb\nc", r"a\tb\nc.wav"]
