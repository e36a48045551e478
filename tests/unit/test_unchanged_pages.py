"""A page of a recording is written again if its content has changed, and kept otherwise."""

import csv
import os
import shutil
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
import soundfile
from damage import DAMAGES, damaged_in_turn
from sample_report import DER, RESULTS, report_content, write_report

from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.failures import read_failures
from diarflow.artifacts.paths import parse_artifact_path
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.report.data_names import data_names
from diarflow.report.page_list import update_page_list
from diarflow.report.site import write_site
from diarflow.runs.result_records import JobRecords
from diarflow.timeline.intervals import Interval, Turn

PAGE = Path("results/report/recordings/c/a.html")
REPORT = Path("results/report")


@pytest.fixture(scope="module")
def first_report(tmp_path_factory):
    """A folder with a report whose pages have modification time 0."""
    folder = tmp_path_factory.mktemp("report")
    with chdir(folder):
        write_report()
        for page in PAGE.parent.iterdir():
            os.utime(page, (0, 0))
    return folder


@pytest.fixture(autouse=True)
def report(first_report, tmp_path, monkeypatch):
    """A copy of the report in the current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(first_report, tmp_path, dirs_exist_ok=True)


def rewrite(pages_provenance="", **changes):
    """Write the report again; return the recordings whose pages were written since the first report."""
    write_site(REPORT, report_content(**changes), pages_provenance)
    return {page.stem for page in PAGE.parent.iterdir() if page.stat().st_mtime}


def write_windows():
    windows = [(index + 0.1, index + 1.7, 0, -1, -1) for index in range(10)]
    path = RESULTS / "embeddings/webrtc.d.none.e/a.parquet"
    write_table(path, "windows", windows)


def write_audio(level=0.0, samples=80_000):
    soundfile.write(RESULTS / "audio/a.wav", np.full(samples, level), 16_000, "PCM_16")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change, id=name)
        for name, change in {
            "reference": lambda: write_rttm(
                RESULTS / "reference/a.rttm", "a", [Turn(1.0, 2.0, "Ann")]
            ),
            "extent": lambda: write_uem(RESULTS / "reference/a.uem", "a", [Interval(0.0, 9.0)]),
            "rttm": lambda: write_rttm(RESULTS / "rttm/ours/a.rttm", "a", [Turn(1.0, 2.0, "x")]),
            "speech": lambda: write_table(
                RESULTS / "speech/webrtc/a.parquet", "speech", [(0.5, 7.0)]
            ),
            "candidates": lambda: write_table(
                RESULTS / "candidates/d/a.parquet", "candidates", [(2.0, 0.5)]
            ),
            "changes": lambda: write_table(
                RESULTS / "changes/d/a.parquet", "changes", [(2.0, 0.5)]
            ),
            "windows": write_windows,
            "vectors": lambda: write_array(
                RESULTS / "embeddings/webrtc.d.none.e/a.npy", np.eye(10, 16)
            ),
            "missing file": lambda: (RESULTS / "speech/webrtc/a.parquet").unlink(),
            "duration": write_audio,
        }.items()
    ],
)
def test_a_changed_artifact_changes_the_page_of_its_recording_only(change):
    before = PAGE.read_text()
    assert rewrite() == set()
    change()
    assert rewrite() == {"a"}
    assert PAGE.read_text() != before


def test_changed_scores_logs_and_code_change_the_pages_that_show_them():
    (REPORT / "der.csv").write_text(DER.replace("c,ours,b,full,5.0", "c,ours,b,full,6.0"))
    assert rewrite() == {"b"}
    Path("logs/c/write_rttm/ours/failed.log").touch()
    assert rewrite() == {"b", "failed"}
    assert rewrite("other code") == {"a", "b", "failed"}


def test_changed_audio_changes_a_page_that_contains_it_but_not_a_page_that_links_to_it():
    write_audio(0.1, samples=160_000)
    assert rewrite() == set()
    rewrite(audio="embedded")
    before = PAGE.read_text()
    write_audio(0.2, samples=160_000)
    rewrite(audio="embedded")
    assert PAGE.read_text() != before


def test_a_page_has_neither_audio_nor_reference_that_only_an_earlier_run_had():
    entries = report_content()["recordings"]
    entries[0] |= {"reference": False, "has_audio": False}
    rewrite(recordings=entries)
    text = PAGE.read_text()
    assert "audio/a.wav" not in text and "reference/a." not in text
    (RESULTS / "audio/a.wav").unlink()
    for path in (RESULTS / "reference").glob("a.*"):
        path.unlink()
    os.utime(PAGE, (0, 0))
    rewrite(recordings=entries)
    assert PAGE.read_text() == text


def test_an_added_or_removed_recording_changes_the_pages_of_its_neighbours_only():
    fewer = report_content()["recordings"][:2]
    assert rewrite(recordings=fewer) == {"b"}  # without a link to the next page
    assert not PAGE.with_name("failed.html").exists()
    assert rewrite() == {"b", "failed"}


def test_only_pages_that_the_workflow_wrote_are_removed():
    pages = PAGE.parents[1]
    (pages / "old").mkdir()
    (pages / "old/x.html").write_text("of the user")
    (PAGE.parent / "notes.txt").touch()
    PAGE.with_name("b.html").write_text("of the user")
    rewrite(recordings=report_content()["recordings"][:1])
    assert {path.name for path in pages.iterdir()} == {"c", "old", "pages.tsv"}
    assert {path.name for path in PAGE.parent.iterdir()} == {"a.html", "b.html", "notes.txt"}
    assert (pages / "old/x.html").exists()


def test_the_folder_of_a_removed_corpus_is_removed():
    content = report_content()
    recordings = [entry | {"corpus": "d"} for entry in content["recordings"]]
    shutil.copytree(RESULTS, RESULTS.with_name("d"))
    write_site(REPORT, content | {"recordings": recordings, "variants": {"d": content["variants"]["c"]}})  # fmt: skip
    assert {path.name for path in PAGE.parents[1].iterdir()} == {"d", "pages.tsv"}


def test_the_page_of_a_removed_recording_with_spaces_and_accents_is_removed(tmp_path):
    folder = tmp_path / "other/report/recordings"
    (folder / "c").mkdir(parents=True)
    (tmp_path / "other/records").mkdir()
    pages = {folder / f"c/{name}.html": "0" * 64 for name in ("Interview Müller (1)", "b")}
    for path, digest in pages.items():
        path.write_text(f'<meta name="digest" content="{digest}">')
    update_page_list(folder, pages)
    update_page_list(folder, {path: digest for path, digest in pages.items() if path.stem == "b"})
    assert [path.name for path in (folder / "c").iterdir()] == ["b.html"]


def test_no_page_is_removed_behind_a_link(tmp_path):
    shutil.move(PAGE.parent, tmp_path / "elsewhere")
    PAGE.parent.symlink_to(tmp_path / "elsewhere")
    rewrite(recordings=report_content()["recordings"][:1])
    assert set(os.listdir(tmp_path / "elsewhere")) == {"a.html", "b.html", "failed.html"}
    (PAGE.parents[1] / "talks").symlink_to(tmp_path)
    rewrite(recordings=report_content()["recordings"][:1])
    assert (tmp_path / "elsewhere/b.html").exists()


@pytest.mark.parametrize("line", ["../../c/audio\ta\t1", "c\t../../../results/c\t", "c"])
def test_a_list_of_pages_removes_nothing_elsewhere(line):
    before = sorted(RESULTS.rglob("*"))
    Path("results/records/pages.tsv").write_text(f"corpus\trecording\tdigest\n{line}\n")
    rewrite()
    assert sorted(RESULTS.rglob("*")) == before


def test_data_files_of_a_former_system_are_removed_and_others_stay():
    (REPORT / "data/notes.js").write_text("of the user")
    (REPORT / "data/7-full.js").write_text('diarflow.receive("7-full",[]);\n')
    rewrite()
    names = {path.name for path in (REPORT / "data").iterdir()}
    assert names == {"notes.js", *(f"{name}.js" for name in data_names(1))}


DAMAGED = {
    "rttm": "rttm/ours/a.rttm",
    "reference": "reference/a.rttm",
    "extent": "reference/a.uem",
    "speech": "speech/webrtc/a.parquet",
    "candidates": "candidates/d/a.parquet",
    "vectors": "embeddings/webrtc.d.none.e/a.npy",
    "windows": "embeddings/webrtc.d.none.e/a.parquet",
    "audio": "audio/a.wav",
}


@pytest.mark.parametrize(("artifact", "damage"), damaged_in_turn(DAMAGED))
def test_a_damaged_artifact_sets_its_recording_aside_and_the_other_pages_are_complete(
    artifact, damage
):
    path = RESULTS / DAMAGED[artifact]
    records = JobRecords("logs/x.log", "some_rule")
    records.end({str(path): "origin"})
    DAMAGES[damage](path)
    rewrite()
    page, front = PAGE.read_text(), (REPORT / "index.html").read_text()
    shown = "the next run makes it again" in page
    # half a text of turns can be read; the next run finds it by its record
    assert shown or (path.suffix in (".rttm", ".uem") and damage != "folder")
    if shown:
        assert str(path) in page and str(path) in front
        variants = {"some_rule": [parse_artifact_path(path).variant]}
        (failure,) = read_failures("c", variants, {"a": True})
        assert str(path) in failure.reason
    assert "<h2>Scores</h2>" in page and PAGE.with_name("b.html").stat().st_mtime == 0


def test_a_page_without_a_digest_is_written_again():
    PAGE.write_text("half a page")
    assert rewrite() == {"a"}
    with open(PAGE.parents[1] / "pages.tsv") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["recording"] for row in rows] == ["a", "b", "failed"]
    assert rows[0]["digest"] in PAGE.read_text()
