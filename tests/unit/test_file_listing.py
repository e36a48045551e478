"""Files of a folder or a glob that are taken for recordings, and those that are left out."""

import os

import pytest

from diarflow.planning.corpus_rows import read_rows
from diarflow.planning.file_listing import list_files
from diarflow.settings import Corpus


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a function that makes files in a new working directory."""
    monkeypatch.chdir(tmp_path)

    def make(*names):
        for name in names:
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "w"):
                pass

    return make


def rows(audio):
    result = read_rows(Corpus(name="c", audio=audio), needs_audio=True)
    return [row["recording"] for _, row in result.rows], result.warnings + result.problems


AUDIO = ("in/a.wav", "in/sub/b.wav")


@pytest.mark.parametrize("audio", ["in", "in/", "./in", "in/**/*.wav", "in/**/*", "in/**"])
def test_hidden_files_trash_and_folders_are_no_recordings(folder, audio):
    folder(*AUDIO, "in/._a.wav", "in/.Trash/c.wav", "in/__MACOSX/d.wav", "in/$RECYCLE.BIN/e.wav")
    names, _ = rows(audio)
    assert names == ["a", "sub/b"]


@pytest.mark.parametrize("audio", [".", "./", "**/*.wav", "*/**/*.wav", "**"])
def test_results_of_this_run_and_of_others_are_no_recordings(folder, audio):
    folder(*AUDIO, "results/c/audio/a.wav", "old/.snakemake/x", "old/results/c/audio/d.wav")
    os.symlink("results", "link")
    names, warnings = rows(audio)
    assert {os.path.basename(name) for name in names} == {"a", "b"}
    assert "left out: " in warnings[0] and "folders of results" in warnings[0]


@pytest.mark.parametrize("plan", ["plan.jsonl", "recordings/audio/a.json"])  # now, and earlier
@pytest.mark.parametrize("audio", [".", "**/*.wav"])
def test_a_copy_of_results_is_no_recording(folder, audio, plan):
    folder(
        *AUDIO,
        "backup/c/recordings.tsv",
        f"backup/c/{plan}",
        "backup/c/audio/a.wav",
    )
    names, warnings = rows(audio)
    assert names == ["in/a", "in/sub/b"] and "folders of results" in warnings[0]


def test_a_folder_called_results_is_read_if_no_run_made_it(folder):
    folder("in/results/a.wav")
    assert rows("in") == (["results/a"], ["corpus c: in: taken: .wav (1)"])


@pytest.mark.parametrize("audio", ["results", "results/c/audio", "results/c/audio/*.wav"])
def test_a_folder_of_results_as_a_corpus_is_a_mistake(folder, audio):
    folder("results/c/audio/a.wav")
    assert rows(audio)[1] == [
        f"{audio}: lies in the results of this run (corpus c); expected a folder elsewhere, or a table"
    ]


@pytest.mark.parametrize("audio", ["in", "in/**/*.wav"])
def test_linked_folders_are_read_once_and_loops_end(folder, audio):
    folder(*AUDIO, "elsewhere/c.wav")
    os.symlink("../elsewhere", "in/link")
    os.symlink("../in", "in/sub/loop")
    os.symlink("..", "in/up")
    names, warnings = rows(audio)
    assert names == ["a", "link/c", "sub/b"]
    assert "links to folders that are read already" in warnings[0]


def test_a_folder_behind_two_links_is_read_once(folder):
    folder("in/a.wav", "elsewhere/c.wav")
    for link in ("x", "y"):
        os.symlink("../elsewhere", f"in/{link}")
    assert rows("in") == (
        ["a", "x/c"],
        ["corpus c: in: taken: .wav (2); left out: links to folders that are read already (1)"],
    )


def test_files_left_out_are_counted_by_ending(folder):
    folder(*AUDIO, "in/c.xyz", "in/d.XYZ", "in/notes", "in/a.rttm", "in/a.uem", "in/.hidden")
    names, warnings = rows("in")
    assert names == ["a", "sub/b"]
    assert warnings == [
        "corpus c: in: taken: .wav (2); left out: .xyz (2), without ending (1), hidden (1)"
    ]
    assert rows("in/*") == (
        ["a"],
        ["corpus c: in/*: taken: .wav (1); left out: .xyz (2), without ending (1)"],
    )


def test_a_glob_with_an_ending_takes_what_it_names(folder):
    folder("in/a.xyz")
    assert rows("in/*.xyz") == (["a"], ["corpus c: in/*.xyz: taken: .xyz (1)"])


def test_a_folder_without_audio_names_what_it_has(folder):
    folder("in/a.xyz")
    assert (
        "no audio files (corpus c)" in rows("in")[1][0] and "left out: .xyz (1)" in rows("in")[1][0]
    )


def test_an_unreadable_folder_is_counted(folder, monkeypatch):
    folder("in/a.wav", "in/locked/b.wav")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list_files("in").left_out == {"unreadable folders": 1}


def test_one_audio_file_of_each_name_is_read(folder):
    folder("in/a.mp3", "in/a.wav", "in/sub/a.mp3", "in/b.M4A", "in/b.mp3", "in/c.caf", "in/d.sph")
    names, warnings = rows("in")
    assert names == ["a", "b", "c", "d", "sub/a"]
    assert warnings == [
        "corpus c: in: taken: .wav (1), .m4a (1), .caf (1), .sph (1), .mp3 (1); left out: of a name with another ending (2)"
    ]
    assert (
        read_rows(Corpus(name="c", audio="in"), needs_audio=True).rows[0][1]["audio"] == "in/a.wav"
    )


def test_video_is_taken_unless_there_is_audio_of_its_name(folder):
    folder("in/a.avi", "in/a.mp3", "in/b.mkv", "in/c.MOV", "in/d.webm", "in/notes.ts")
    names, warnings = rows("in")
    assert names == ["a", "b", "c", "d"]
    assert ".mp3 (1), .mkv (1), .mov (1), .webm (1); left out: .ts (1), of a name" in warnings[0]


def test_a_transport_stream_is_taken_and_a_program_is_not(folder):
    folder("in/a.ts", "in/program.ts")
    with open("in/a.ts", "wb") as file:
        file.write((b"G" + bytes(187)) * 2)
    assert rows("in") == (["a"], ["corpus c: in: taken: .ts (1); left out: .ts (1)"])


@pytest.mark.parametrize("audio", [".", "**/*.flac", "**"])
def test_the_same_files_are_found_on_every_run(folder, audio):
    """Runs write prepared audio, cuts and pages, here also in the folder of a second run."""
    folder("in/a.flac", "in/b.flac")
    before, _ = rows(audio)
    folder("results/c/exports/best/cuts/a-1.flac", "results/c/audio/a.wav", "logs/a.log")
    folder("second/.snakemake/x", "second/results/d/exports/best/cuts/a-1.flac")
    assert rows(audio)[0] == before and len(before) == 2
