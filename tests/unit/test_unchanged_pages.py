"""Pages of recordings stay where nothing that they show has changed, and are written anew where anything has."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sample_report import DER, content, make

from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.report.site import write_site
from diarflow.timeline.intervals import Interval, Turn

PAGE = Path("results/report/recordings/c/a.html")
C = Path("results/c")


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make()
    for page in PAGE.parent.iterdir():
        os.utime(page, (0, 0))


def written(made_with="", **more):
    """The pages that a further report writes."""
    write_site(PAGE.parents[2], content(**more), made_with)
    return {page.stem for page in PAGE.parent.iterdir() if page.stat().st_mtime}


def windows(first):
    return [(first + place, first + place + 1.6, 0, -1, -1) for place in range(10)]


def sound():
    soundfile.write(C / "audio/a.wav", np.zeros(80_000), 16_000, "PCM_16")


@pytest.mark.parametrize(
    "change",
    [
        lambda: write_rttm(C / "reference/a.rttm", "a", [Turn(1.0, 2.0, "Ann")]),
        lambda: write_uem(C / "reference/a.uem", "a", [Interval(0.0, 9.0)]),
        lambda: write_rttm(C / "rttm/ours/a.rttm", "a", [Turn(1.0, 2.0, "x")]),
        lambda: write_table(C / "speech/webrtc/a.parquet", "speech", [(0.5, 7.0)]),
        lambda: write_table(C / "candidates/d/a.parquet", "candidates", [(2.0, 0.5)]),
        lambda: write_table(C / "changes/d/a.parquet", "changes", [(2.0, 0.5)]),
        lambda: write_table(C / "embeddings/webrtc.d.none.e/a.parquet", "windows", windows(0.1)),
        lambda: write_array(C / "embeddings/webrtc.d.none.e/a.npy", np.eye(10, 16)),
        lambda: (C / "speech/webrtc/a.parquet").unlink(),
        sound,
    ],
    ids=[
        "reference",
        "uem",
        "rttm",
        "speech",
        "candidates",
        "changes",
        "windows",
        "vectors",
        "missing",
        "length",
    ],
)
def test_a_page_is_written_anew_where_an_artifact_of_its_recording_has_changed(change):
    before = PAGE.read_text()
    assert written() == set()
    change()
    assert written() == {"a"}
    assert PAGE.read_text() != before


def test_a_page_is_written_anew_where_its_scores_its_logs_or_what_makes_it_have_changed():
    der = PAGE.parents[2] / "der.csv"
    der.write_text(DER.replace("c,ours,b,full,5.0", "c,ours,b,full,6.0"))
    assert written() == {"b"}
    Path("logs/c/write_rttm/ours/nothing.log").touch()
    assert written() == {"b", "nothing"}
    assert written("other code") == {"a", "b", "nothing"}


def test_sound_that_a_page_holds_is_read_again_and_sound_that_it_names_is_not():
    def other(level):
        soundfile.write(C / "audio/a.wav", np.full(160_000, level), 16_000, "PCM_16")

    other(0.1)
    assert written() == set()
    written(audio="embedded")
    before = PAGE.read_text()
    other(0.2)
    written(audio="embedded")
    assert PAGE.read_text() != before


def test_a_recording_more_or_less_touches_its_neighbours_alone():
    fewer = content()["recordings"][:2]
    assert written(recordings=fewer) == {"b"}  # nothing comes after it now
    assert not PAGE.with_name("nothing.html").exists()
    assert written() == {"b", "nothing"}


def test_pages_that_a_run_left_unfinished_and_those_of_a_corpus_that_is_gone_are_removed():
    (PAGE.parents[1] / "gone").mkdir()
    (PAGE.parents[1] / "gone/x.html").touch()
    (PAGE.parent / ".0a-1.a.html").touch()
    written()
    assert {one.name for one in PAGE.parents[1].iterdir()} == {"c", "pages.tsv"}
    assert {one.name for one in PAGE.parent.iterdir()} == {"a.html", "b.html", "nothing.html"}


def test_a_page_without_a_digest_is_written_anew():
    PAGE.write_text("half a page")
    assert written() == {"a"}
    with open(PAGE.parents[1] / "pages.tsv") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["recording"] for row in rows] == ["a", "b", "nothing"]
    assert rows[0]["made_of"] in PAGE.read_text()
