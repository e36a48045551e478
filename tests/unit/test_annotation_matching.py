"""Files of references, extents and imported RTTM: the recordings that they are matched with, and changes of their lines."""

import pytest
from table_corpus import source

from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.reference_digests import file_digests
from diarflow.planning.table import read_corpora, read_corpus, warn_of_annotations
from diarflow.settings.corpora import Annotations


def files(tmp_path, *names):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return {key: str(tmp_path / key) for key in ("audio", "reference", "uem")}


def test_a_line_of_another_recording_in_a_shared_reference_changes_no_row(table, tmp_path):
    def parts():
        file_digests.cache_clear()
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


def test_recordings_that_only_the_reference_names_give_a_warning(table, tmp_path):
    (tmp_path / "a.rttm").write_text(
        "".join(f"SPEAKER {name} 1 0 1 <NA> <NA> x <NA> <NA>\n" for name in ("a", "nn"))
    )
    recordings, _ = read_corpus(table("recording audio reference", "a a.wav a.rttm"))
    (warning,) = warn_of_annotations(recordings)
    assert warning.endswith("a.rttm: no table lists these recordings of it: nn")


def test_a_folder_of_references_is_matched_by_the_end_of_the_names(tmp_path):
    names = ("day1/monday.wav", "day2/Tuesday.wav", "wednesday.wav")
    paths = files(tmp_path, *(f"audio/{name}" for name in names))
    files(tmp_path, "reference/monday.rttm", "reference/tuesday.rttm", "reference/x/wednesday.RTTM")
    recordings, (_, *warnings) = read_corpus(
        source(audio=paths["audio"], reference=paths["reference"])
    )
    found = {recording.name: recording.reference for recording in recordings}
    assert found == {
        "day1/monday": f"{tmp_path}/reference/monday.rttm",
        "day2/Tuesday": None,
        "wednesday": f"{tmp_path}/reference/x/wednesday.RTTM",
    }
    assert warnings == [
        f"corpus c: reference {tmp_path}/reference: 1 of 3 recordings without a file (day2/Tuesday); "
        "1 file without a recording (tuesday.rttm)"
    ]


def test_a_file_that_several_recordings_may_mean_is_that_of_none(tmp_path):
    paths = files(tmp_path, "audio/day1/x.wav", "audio/day2/x.wav", "reference/x.rttm")
    recordings, (_, *warnings) = read_corpus(
        source(audio=paths["audio"], reference=paths["reference"])
    )
    assert [recording.reference for recording in recordings] == [None, None]
    assert "2 of 2 recordings without a file (day1/x, day2/x); 1 file without a" in warnings[0]


def test_two_files_of_a_recording_are_named(tmp_path):
    paths = files(tmp_path, "audio/x.wav", "reference/x.csv", "reference/x.rttm")
    (recording,), (_, *warnings) = read_corpus(
        source(audio=paths["audio"], reference=paths["reference"])
    )
    assert recording.reference.endswith("x.rttm")
    assert "x.rttm, x.csv are all of x, x.rttm is used" in warnings[0]


def test_saved_files_are_those_of_recordings_whose_names_differ_in_their_endings(tmp_path):
    """Files of corrections beside them contain the turns again, and are left out."""
    names = ("x.wav", "x.flac")
    paths = files(
        tmp_path,
        *names,
        *(f"reference/{name}{end}" for name in names for end in (".rttm", ".corrections.json")),
    )
    for name in names:
        text = '{"turns": [{"start": 0, "end": 1, "speaker": "Ann"}]}'
        (tmp_path / f"reference/{name}.corrections.json").write_text(text)
    (tmp_path / "t.tsv").write_text("recording\taudio\nx.wav\tx.wav\nx.flac\tx.flac\n")
    recordings, warnings = read_corpus(
        source(recordings=str(tmp_path / "t.tsv"), reference=paths["reference"])
    )
    found = {recording.name: recording.reference for recording in recordings}
    assert found == {name: f"{tmp_path}/reference/{name}.rttm" for name in names}
    assert warnings == []


def test_a_missing_uem_in_a_folder_and_a_missing_imported_rttm_are_named(tmp_path):
    paths = files(tmp_path, "audio/x.wav", "audio/y.wav", "uem/x.uem", "mine/x.rttm")
    needs = CorpusNeeds(rttm=(("mine", str(tmp_path / "mine")),))
    recordings, (_, *warnings) = read_corpus(source(audio=paths["audio"], uem=paths["uem"]), needs)
    assert [bool(recording.uem) for recording in recordings] == [True, False]
    assert [dict(recording.rttm)["mine"] for recording in recordings] == [
        f"{tmp_path}/mine/x.rttm", f"{tmp_path}/mine/y.rttm",
    ]  # fmt: skip
    assert len(warnings) == 2 and all("1 of 2 recordings without a file (y)" in w for w in warnings)


SPEAKER = "SPEAKER {} 1 0 1 <NA> <NA> x <NA> <NA>\n"


def stamps_of(corpus, kind="reference"):
    file_digests.cache_clear()
    recordings, _ = read_corpora([corpus])
    return [recording.row_parts()[kind]["stamps"] for recording in recordings]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.csv", "filename,Offset,Duration,Speaker_id\na,2,5,x\n",
         "filename,Duration,Offset,Speaker_id\na,2,5,x\n"),
        ("a.csv", "filename,Offset,Duration,Speaker_id\na,2,5,x\n",
         "filename,Offset,Duration,Speaker_id\na,2,6,x\n"),
        ("a.rttm", SPEAKER.format("a.wav"), SPEAKER.format("a.wav") * 2),
        ("a.rttm", SPEAKER.format("b"), SPEAKER.format("/data/a")),
        ("a.rttm", "", SPEAKER.format("b")),
        ("a.rttm", "1 2 3\n", SPEAKER.format("a")),
        ("a.rttm", SPEAKER.format("a") + "SPEAK\n", SPEAKER.format("a")),
    ],
)  # fmt: skip
def test_a_change_that_a_job_sees_changes_the_row(table, tmp_path, name, before, after):
    corpus = table("recording audio", "a a.wav")
    corpus.reference = str(tmp_path / name)
    (tmp_path / name).write_text(before)
    earlier = stamps_of(corpus)
    (tmp_path / name).write_text(after)
    assert stamps_of(corpus) != earlier


def test_a_changed_line_of_a_recording_with_dots_in_its_name_changes_the_row(tmp_path):
    files(tmp_path, "2026.05.01_call.wav")
    corpus = source(audio=str(tmp_path), reference=str(tmp_path / "ref.csv"))
    head = "filename,Offset,Duration,Speaker_id\n2026.05.01_call,0,"
    (tmp_path / "ref.csv").write_text(head + "5,x\n")
    earlier = stamps_of(corpus)
    (tmp_path / "ref.csv").write_text(head + "1,x\n")
    assert stamps_of(corpus) != earlier


def test_a_changed_uem_with_any_ending_changes_the_row(table, tmp_path):
    corpus = table("recording audio", "a a.wav")
    corpus.reference, corpus.uem = str(tmp_path / "a.rttm"), str(tmp_path / "scored.txt")
    (tmp_path / "scored.txt").write_text("a 1 0 5\n")
    earlier = stamps_of(corpus)
    (tmp_path / "scored.txt").write_text("a 1 0 6\n")
    assert stamps_of(corpus) != earlier


def test_at_most_three_files_of_unknown_format_are_named(tmp_path):
    names = [f"{number}.wav" for number in range(5)]
    paths = files(tmp_path, *(f"audio/{name}" for name in names))
    (tmp_path / "reference").mkdir()
    for name in names:
        (tmp_path / "reference" / name.replace("wav", "rttm")).write_text("a 1 0.3 0.2\n")
    recordings, _ = read_corpus(source(audio=paths["audio"], reference=paths["reference"]))
    warnings = warn_of_annotations(recordings)
    assert len(warnings) == 4 and warnings[3] == "2 more files of annotations that cannot be read"
    formats = "RTTM, CSV, TextGrid, EAF, CHAT, STM, CTM, JSON, Audacity labels"
    assert warnings[0].endswith(f"0.rttm:1: begins with a 1 0.3 0.2, expected {formats}")


def test_two_recordings_with_the_same_end_do_not_share_lines(tmp_path):
    paths = files(tmp_path, "audio/day1/x.wav", "audio/day2/x.wav", "audio/y.wav")
    (tmp_path / "all.rttm").write_text("".join(map(SPEAKER.format, ("x", "audio/y"))))
    corpus = source(audio=paths["audio"], reference=str(tmp_path / "all.rttm"))
    stamps = stamps_of(corpus)
    assert stamps[:2] == [["none"], ["none"]] and len(stamps[2][0]) == 12
    recordings, _ = read_corpora([corpus])
    lines = recordings[0].row_parts()["reference"]["lines"]["reference"]
    assert (lines["shared"], lines["is_own"]) == (("x",), False)
    (warning,) = warn_of_annotations(recordings)
    assert warning.endswith("all.rttm: no table lists these recordings of it: x")


LABELS = "0.0\t1.5\tAnn\n1.5\t2.0\tBob\n"
JSON = '{"segments": [{"start": 0, "end": 1, "speaker": "Ann"}]}'
STM = "{} 1 Ann 0 1 hello\n"


def test_a_folder_may_have_files_of_any_format(tmp_path):
    """A file with a general ending counts if its content is recognised; of two files RTTM is preferred."""
    contents = {
        "a.txt": LABELS, "b.json": JSON, "c.stm": STM.format("c"), "d.TextGrid": "", "e.rttm": SPEAKER.format("e"),
        "e.txt": LABELS, "README.txt": "Read me.\n", "settings.json": '{"rate": 16000}', "f.jsonl.gz": "",
    }  # fmt: skip
    (tmp_path / "reference").mkdir()
    for name, text in contents.items():
        (tmp_path / "reference" / name).write_text(text)
    paths = files(tmp_path, *(f"audio/{name}.wav" for name in "abcdef"))
    recordings, (_, *warnings) = read_corpus(
        source(audio=paths["audio"], reference=paths["reference"])
    )
    found = [recording.reference.removeprefix(f"{tmp_path}/reference/") for recording in recordings]
    assert found == ["a.txt", "b.json", "c.stm", "d.TextGrid", "e.rttm", "f.jsonl.gz"]
    assert [warning.split(": ", 2)[2] for warning in warnings] == [
        "e.rttm, e.txt are all of e, e.rttm is used"
    ]


def test_a_file_without_recording_names_belongs_to_the_recording_that_uses_it_alone(
    table, tmp_path
):
    (tmp_path / "x.txt").write_text(LABELS)
    recordings, _ = read_corpus(table("recording audio reference", "a a.wav x.txt", "b b.wav"))
    assert warn_of_annotations(recordings) == []
    reference = recordings[0].row_parts()["reference"]
    assert len(reference["stamps"][0]) == 12 and reference["lines"]["reference"]["is_own"]
    recordings, _ = read_corpus(
        table("recording audio reference", "a a.wav x.txt", "b b.wav x.txt")
    )
    assert [recording.row_parts()["reference"]["stamps"] for recording in recordings] == [
        ["ambiguous"], ["ambiguous"],
    ]  # fmt: skip
    assert warn_of_annotations(recordings) == [
        f"{tmp_path}/x.txt: contains no recording names, but a, b use it; expected a file for each"
    ]


@pytest.mark.parametrize(("name", "line"), [("x.stm", STM), ("x.jsonl", '{{"uri": "{}", "start": 0, "end": 1, "speaker": "s"}}\n')])  # fmt: skip
def test_a_changed_line_of_another_format_changes_its_recording_only(table, tmp_path, name, line):
    corpus = table("recording audio", "a a.wav", "b b.wav")
    corpus.reference = str(tmp_path / name)
    (tmp_path / name).write_text(line.format("a") + line.format("b"))
    before = stamps_of(corpus)
    (tmp_path / name).write_text(line.format("b").replace("1", "2") + line.format("a"))
    after = stamps_of(corpus)
    assert [new == old for new, old in zip(after, before, strict=True)] == [True, False]


def test_a_kaldi_directory_may_be_the_reference_of_a_corpus(table, tmp_path):
    files(tmp_path, "data/x", "c.wav")
    (tmp_path / "data/segments").write_text("u1 a 0 1\nu2 b 0 1\n")
    (tmp_path / "data/utt2spk").write_text("u1 Ann\nu2 Bob\n")
    corpus = table("recording audio", "a a.wav", "b b.wav")
    corpus.reference = str(tmp_path / "data")
    assert [len(stamps[0]) for stamps in stamps_of(corpus)] == [12, 12]
    recordings, _ = read_corpus(
        table("recording audio reference", "a a.wav data", "b b.wav data", "c c.wav data")
    )
    assert recordings[2].row_parts()["reference"]["stamps"] == ["none"]


def test_a_selection_of_tiers_is_part_of_the_row_file(table):
    corpus = table("recording audio reference", "a a.wav a.rttm")
    recordings, _ = read_corpus(corpus)
    lines = recordings[0].row_parts()["reference"]["lines"]["reference"]
    assert "tiers" not in lines
    corpus.annotations = Annotations(tiers=["* - words"])
    recordings, _ = read_corpus(corpus)
    lines = recordings[0].row_parts()["reference"]["lines"]["reference"]
    assert (lines["tiers"], lines["speaker"]) == (("* - words",), "auto")


GRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n1\n"IntervalTier"\n"words"\n0\n1\n1\n0\n1\n"hi"\n'


def test_textgrids_are_compared_by_content_and_the_first_ones_are_read_at_planning(tmp_path):
    """Parsing an hour takes 0.2 s. A wrong selection of tiers shows in the first ten files."""
    (tmp_path / "reference").mkdir()
    names = [f"r{number:02d}" for number in range(12)]
    for name in names:
        (tmp_path / "reference" / f"{name}.TextGrid").write_text(GRID)
    paths = files(tmp_path, *(f"audio/{name}.wav" for name in names))
    corpus = source(audio=paths["audio"], reference=paths["reference"])
    before = stamps_of(corpus)
    recordings, _ = read_corpus(corpus)
    warnings = warn_of_annotations(recordings)
    assert len(warnings) == 4 and warnings[3].startswith("7 more files")
    assert (
        "r00.TextGrid: tiers words do not look like speakers; set annotations.tiers" in warnings[0]
    )
    (tmp_path / "reference/r01.TextGrid").write_text(GRID.replace("words", "Ann"))
    after = stamps_of(corpus)
    assert [new == old for new, old in zip(after, before, strict=True)] == [
        True,
        False,
        *[True] * 10,
    ]
