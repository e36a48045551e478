"""Tables of recordings: rows, mistakes, ids and row files."""

import json
from types import SimpleNamespace

import pytest

from diarflow.errors import InputError
from diarflow.planning.recording import safe_id
from diarflow.planning.recording_files import RowFiles
from diarflow.planning.reference_digests import digests_by_name
from diarflow.planning.table import read_corpora, read_corpus, warn_of_unmatched_names


def source(**fields):
    defaults = {"name": "c", "recordings": None, "audio": None, "channel": "mix"}
    defaults |= {"reference": None, "uem": None, "simulate": None}
    return SimpleNamespace(**defaults | fields)


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a table, with spaces for tabs, and the files that it names."""
    for name in ("a.wav", "b.wav", "a.rttm"):
        (tmp_path / name).touch()

    def write(*rows):
        path = tmp_path / "t.tsv"
        path.write_text("".join("\t".join(row.split(" ")) + "\n" for row in rows))
        return source(recordings=str(path))

    return write


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


def test_the_column_corpus_selects_rows(table):
    recordings, _ = read_corpus(table("corpus recording audio", "c a a.wav", "d b b.wav"))
    assert [recording.id for recording in recordings] == ["a"]


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
        ([""], "t.tsv:1: no column recording, audio"),
        (
            ["recording,audio", "a,a.wav"],
            "no column recording, audio; columns are separated by tabs",
        ),
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
    assert recordings[0].row_parts()["reference"]["stamps"] == [[""]]
    assert warn_of_unmatched_names(recordings) == []


def test_a_missing_reference_of_the_corpus_is_reported_once(table):
    bad = table("recording audio", "a a.wav", "b b.wav")
    bad.reference = "nope.rttm"
    with pytest.raises(InputError, match=r"^corpus c: reference nope.rttm does not exist$"):
        read_corpus(bad)


def test_comment_lines_are_skipped_and_decimal_integers_are_read(table):
    (recording,), _ = read_corpus(table("recording audio num_speakers", "# mine", "a a.wav 2.0"))
    assert recording.num_speakers == 2


def test_a_line_of_another_recording_in_a_shared_reference_changes_no_row(table, tmp_path):
    def parts():
        digests_by_name.cache_clear()
        recordings, _ = read_corpora([shared])
        assert [recording.source_annotations() for recording in recordings] == [[], []]
        return [recording.row_parts()["reference"] for recording in recordings]

    shared = table("recording audio", "a a.wav", "b b.wav")
    shared.reference = str(tmp_path / "a.rttm")
    line = "SPEAKER {} 1 0 1 <NA> <NA> x <NA> <NA>\n"
    (tmp_path / "a.rttm").write_text(line.format("a") + line.format("b"))
    before = parts()
    (tmp_path / "a.rttm").write_text(line.format("a") + line.format("c") + line.format("b"))
    assert parts() == before
    (tmp_path / "a.rttm").write_text(line.format("a") + line.format("b") * 2)
    assert [new == old for new, old in zip(parts(), before, strict=True)] == [True, False]


def test_a_folder_is_a_corpus_with_its_subfolders(tmp_path):
    for name in ("x.wav", "y.FLAC", "sub/x.mp3", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x.rttm").touch()
    recordings, _ = read_corpus(source(audio=str(tmp_path), reference=str(tmp_path)))
    assert [recording.name for recording in recordings] == ["sub/x", "x", "y"]
    assert [recording.id for recording in recordings] == [safe_id("sub/x"), "x", "y"]
    assert [bool(recording.reference) for recording in recordings] == [False, True, False]


def test_a_glob_is_a_corpus(tmp_path):
    for name in ("a1.wav", "a2.wav", "b1.wav"):
        (tmp_path / name).touch()
    recordings, _ = read_corpus(source(audio=str(tmp_path / "a*.wav")))
    assert [recording.id for recording in recordings] == ["a1", "a2"]


def test_a_folder_without_audio_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"no audio files .corpus c.; expected a folder"):
        read_corpus(source(audio=str(tmp_path)))


def test_with_channel_each_every_channel_is_a_recording(tone):
    path = tone("call.wav", channels=2)
    recordings, _ = read_corpus(source(audio=str(path), channel="each"))
    assert [(recording.id, recording.channel, recording.name) for recording in recordings] == [
        ("call_ch1", 1, "call"), ("call_ch2", 2, "call"),
    ]  # fmt: skip
    assert recordings[1].row_parts()["reference"]["channel"] == 2


@pytest.mark.parametrize(
    "name", ["a b", "-a", "../a", "a/b", "ä", "x" * 101, "ALL", ".a", "a\nb", ";x"]
)
def test_an_unsafe_name_gets_a_safe_and_unique_id(name):
    id = safe_id(name)
    assert id != name and safe_id(id) == id and id != safe_id(name + "x")


def test_a_reference_made_by_a_rule_is_an_input(table, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    table("recording audio reference", "a a.wav results/x/a.rttm")
    (recording,), _ = read_corpus(source(recordings="t.tsv"))
    assert recording.source_annotations() == ["results/x/a.rttm"]
    assert recording.row_parts()["reference"]["stamps"] == []


def test_a_file_name_that_snakemake_misreads_is_watched_by_size_and_time(tmp_path):
    for name in ("a.wav", "<b>.wav", "{c}.wav"):
        (tmp_path / name).write_bytes(b"12345")
    recordings, _ = read_corpus(source(audio=str(tmp_path)))
    stamped = {
        recording.name: [size for size, _ in recording.row_parts()["audio"]["stamps"]]
        for recording in recordings
    }
    assert stamped == {"a": [], "<b>": [5], "{c}": [5]}
    assert [recording.source_audio() for recording in recordings if recording.name != "a"] == [
        [],
        [],
    ]


def test_files_made_by_rules_need_not_exist(table, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    table("recording audio", "a results/demo/source/a.wav")
    (recording,), _ = read_corpus(source(recordings="t.tsv"))
    assert recording.audio == "results/demo/source/a.wav"


def test_recordings_that_only_the_reference_names_give_a_warning(table, tmp_path):
    (tmp_path / "a.rttm").write_text(
        "".join(f"SPEAKER {n} 1 0 1 <NA> <NA> x <NA> <NA>\n" for n in ("a", "nn"))
    )
    recordings, _ = read_corpus(table("recording audio reference", "a a.wav a.rttm"))
    (warning,) = warn_of_unmatched_names(recordings)
    assert warning.endswith("a.rttm: no table lists these recordings of the reference: nn")


def test_only_changed_row_files_are_written(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def written():
        folder = tmp_path / "results" / "c" / "recordings"
        return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*.json")}

    for rows in (["a a.wav 2", "b b.wav 2"], ["a a.wav 3", "b b.wav 2"]):
        recordings, _ = read_corpus(table("recording audio num_speakers", *rows))
        before = written() if rows[0] == "a a.wav 3" else {}
        RowFiles(recordings).write()
    changed = {path for path, time in written().items() if before[path] != time}
    assert changed == {"a.json", "speakers/a.json"}
    whole = json.loads((tmp_path / "results/c/recordings/a.json").read_text())
    assert (whole["recording"], whole["num"], whole["corpus"]) == ("a", 3, "c")


def test_an_unreadable_file_in_a_folder_is_a_recording_without_an_input(tmp_path):
    (tmp_path / "good.wav").touch()
    (tmp_path / "nowhere.wav").symlink_to("missing")
    (tmp_path / "folder.wav").mkdir()
    recordings, _ = read_corpus(source(audio=str(tmp_path)))
    assert [recording.id for recording in recordings] == ["good", "nowhere"]
    assert [len(recording.source_audio()) for recording in recordings] == [1, 0]
    before = recordings[1].row_parts()["audio"]["stamps"]
    (tmp_path / "missing").write_text("new")
    assert before == [None] and recordings[1].row_parts()["audio"]["stamps"] != before


def test_a_folder_in_place_of_an_audio_file_is_reported(table, tmp_path):
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(InputError, match=r"t.tsv:2: audio .*folder.wav is a folder, expected a"):
        read_corpus(table("recording audio", "a folder.wav"))


def test_a_name_with_tabs_and_line_breaks_is_one_field_of_the_table_of_ids(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a\tb\nc.wav").touch()
    recordings, _ = read_corpus(source(audio="."))
    RowFiles(recordings).write()
    (line,) = (tmp_path / "results/c/recordings.tsv").read_text().splitlines()[1:]
    assert line.split("\t")[1:] == [r"a\tb\nc", r"a\tb\nc.wav"]


def test_a_changed_row_is_read_from_a_scratch_folder_until_it_is_written(
    table, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    recordings, _ = read_corpus(table("recording audio num_speakers", "a a.wav 2", "b b.wav 2"))
    RowFiles(recordings).write()
    recordings, _ = read_corpus(table("recording audio num_speakers", "a a.wav 2", "b b.wav 3"))
    rows = RowFiles(recordings)
    rows.write_to(tmp_path / "scratch")
    paths = [f"results/c/recordings/speakers/{id}.json" for id in "ab"]
    assert rows.path(paths[0]) == paths[0]
    assert json.loads((tmp_path / rows.path(paths[1])).read_text())["num"] == 3
    assert json.loads((tmp_path / paths[1]).read_text())["num"] == 2
    rows.write()
    assert rows.path(paths[1]) == paths[1]
    assert json.loads((tmp_path / paths[1]).read_text())["num"] == 3
