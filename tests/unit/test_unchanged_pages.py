"""A page of a recording is written again if its content has changed, and kept otherwise."""

import csv
import os
import shutil
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sample_report import DER, RESULTS, report_content, write_report

from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.report.site import write_site
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


def test_an_added_or_removed_recording_changes_the_pages_of_its_neighbours_only():
    fewer = report_content()["recordings"][:2]
    assert rewrite(recordings=fewer) == {"b"}  # without a link to the next page
    assert not PAGE.with_name("failed.html").exists()
    assert rewrite() == {"b", "failed"}


def test_temporary_files_and_pages_of_removed_corpora_are_removed():
    (PAGE.parents[1] / "removed").mkdir()
    (PAGE.parents[1] / "removed/x.html").touch()
    (PAGE.parent / ".0a-1.a.html").touch()
    rewrite()
    assert {path.name for path in PAGE.parents[1].iterdir()} == {"c", "pages.tsv"}
    assert {path.name for path in PAGE.parent.iterdir()} == {"a.html", "b.html", "failed.html"}


def test_a_page_without_a_digest_is_written_again():
    PAGE.write_text("half a page")
    assert rewrite() == {"a"}
    with open(PAGE.parents[1] / "pages.tsv") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["recording"] for row in rows] == ["a", "b", "failed"]
    assert rows[0]["digest"] in PAGE.read_text()
