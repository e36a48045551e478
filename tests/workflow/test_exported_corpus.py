"""Exports of a corpus of imported RTTM, one recording of which cannot be imported."""

import json

import pytest
import soundfile
import yaml
from workflow_runs import Workflow, build_once, copied

from diarflow.exports import EXPORTS

WITHOUT_AUDIO = [name for name in EXPORTS if name != "cuts"]


def write_corpus(folder, *exports, batch_size=10):
    (folder / "rttm").mkdir(parents=True)
    for id, turn in (("a b", "10 5"), ("c", "-1 x")):
        line = f"SPEAKER {id.replace(' ', '_')} 1 {turn} <NA> <NA> Ann <NA> <NA>\n"
        (folder / f"rttm/{id}.rttm").write_text(line)
    (folder / "table.tsv").write_text("recording\na b\nc\n")
    configure(folder, *exports, batch_size=batch_size)


def configure(folder, *exports, batch_size=10):
    corpus = {"name": "c", "recordings": "table.tsv", "systems": ["s"], "exports": list(exports)}
    config = {"corpora": [corpus], "systems": {"s": {"rttm": "rttm"}}, "batch_size": batch_size}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def _exported(tmp_path_factory):
    def build(folder):
        write_corpus(folder, *WITHOUT_AUDIO)
        done = Workflow(folder)(check=False)
        assert done.status == 3
        assert (
            "corpus c: exports: ctm contains words, but the corpus has no transcript" in done.text
        )

    return build_once(tmp_path_factory, "exported", build)


@pytest.fixture
def exported(_exported, tmp_path):
    return copied(_exported, tmp_path)


def test_a_run_writes_every_export_and_a_recording_set_aside_has_no_turns(_exported):
    folder = _exported / "results/c/exports/s"
    for name in WITHOUT_AUDIO:
        for file in filter(None, [EXPORTS[name].file]):
            assert (folder / file.format(recording="a b")).is_file()
            assert (folder / file.format(recording="c")).is_file()
        for file in EXPORTS[name].corpus_files:
            assert (folder / name / file).is_file()
    assert json.loads((folder / "a b.json").read_text())["turns"][0]["start"] == 10
    assert json.loads((folder / "c.json").read_text())["turns"] == []
    assert (
        folder / "kaldi/segments"
    ).read_text() == "a_b-Ann-000010000-000015000 a_b 10.000 15.000\n"


def test_another_format_runs_only_its_own_job(tmp_path):
    workflow = Workflow(tmp_path / "f")
    write_corpus(workflow.folder, "srt")
    workflow("exports", check=False)
    configure(workflow.folder, "srt", "vtt", "kaldi")
    assert workflow.planned("exports") == {"export_vtt": 1, "export_kaldi": 1, "exports": 1}
    configure(workflow.folder)
    assert workflow.planned("exports") == {"exports": 1}  # the target itself


def test_a_changed_hypothesis_writes_its_exports_again(exported):
    path = exported.folder / "rttm/a b.rttm"
    path.write_text(path.read_text().replace(" 5 ", " 6 "))
    exported("exports", check=False)
    assert "00:00:16,000" in (exported.folder / "results/c/exports/s/a b.srt").read_text()


@pytest.mark.parametrize("batch_size", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_cuts_are_audio_of_the_turns(fresh, batch_size):
    corpus = {
        "name": "tiny", "recordings": "tiny.tsv", "systems": ["mine"], "exports": ["cuts", "textgrid"],
    }  # fmt: skip
    changes = {"corpora": [corpus], "systems": {"mine": {"rttm": "audio"}}}
    fresh("exports", overlay=changes | {"batch_size": batch_size})
    folder = fresh.folder / "results/tiny/exports/mine"
    assert (folder / "a.TextGrid").is_file()
    rows = (folder / "cuts/a.csv").read_text().splitlines()[1:]
    for row in rows:
        file, _, start, end, _ = row.split(",")
        assert soundfile.info(folder / "cuts" / file).duration == pytest.approx(
            float(end) - float(start), abs=1e-3
        )
    assert len(rows) >= 4


def test_a_corpus_that_needs_no_audio_any_more_exports_none(fresh):
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": ["mine"], "exports": ["kaldi"]}
    changes = {"systems": {"mine": {"rttm": "audio"}}, "batch_size": 10}
    fresh("exports", overlay=changes | {"corpora": [corpus | {"exports": ["cuts", "kaldi"]}]})
    listed = fresh.folder / "results/tiny/exports/mine/kaldi/wav.scp"
    assert len(listed.read_text().splitlines()) == 2
    fresh("exports", overlay=changes | {"corpora": [corpus]})
    assert listed.read_text() == ""


def test_an_unknown_format_is_one_line_with_all_formats(exported):
    configure(exported.folder, "docx")
    done = exported(check=False)
    assert done.status == 1
    (line,) = [line for line in done.text.splitlines() if "docx" in line]
    assert "exports" in line and "srt" in line


@pytest.mark.slow
def test_words_of_a_transcript_get_the_speakers_of_each_system(tmp_path):
    workflow = Workflow(tmp_path / "t")
    write_corpus(workflow.folder, "srt")
    word = {"word": "Hello.", "start": 11.0, "end": 11.5}
    (workflow.folder / "words.json").write_text(json.dumps({"segments": [{"words": [word]}]}))
    (workflow.folder / "table.tsv").write_text("recording\ttranscript\na b\twords.json\nc\t\n")
    workflow("exports", check=False)
    folder = workflow.folder / "results/c/exports/s"
    assert "Ann: Hello." in (folder / "a b.srt").read_text()
    assert (folder / "c.srt").read_text().strip() == ""
    assert workflow.planned("exports") == {}
    word["word"] = "Goodbye."
    (workflow.folder / "words.json").write_text(json.dumps({"segments": [{"words": [word]}]}))
    assert workflow.planned("exports") == {"assign_words": 1, "export_srt": 1, "exports": 1}
    workflow("exports", check=False)
    assert "Ann: Goodbye." in (folder / "a b.srt").read_text()
