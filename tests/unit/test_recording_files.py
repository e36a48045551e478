"""Row files: one for each part of a row, written only if its content changes."""

import json
from pathlib import Path

import pytest

from diarflow.errors import cell_name
from diarflow.planning.recording import Recording
from diarflow.planning.recording_files import RowFiles


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recordings(a, b):
    """Return two recordings with these numbers of speakers."""
    return [Recording("c", id, id, f"{id}.wav", num_speakers=n) for id, n in (("a", a), ("b", b))]


def speakers(path):
    return json.loads(Path(path).read_text())["num"]


def test_only_changed_row_files_are_written():
    def times():
        folder = Path("results/c/recordings")
        return {
            str(path.relative_to(folder)): path.stat().st_mtime_ns
            for path in folder.rglob("*.json")
        }

    RowFiles(recordings(2, 2)).write()
    before = times()
    RowFiles(recordings(3, 2)).write()
    assert {path for path, time in times().items() if before[path] != time} == {
        "a.json", "speakers/a.json",
    }  # fmt: skip
    row = json.loads(Path("results/c/recordings/a.json").read_text())
    assert (row["recording"], row["num"], row["corpus"]) == ("a", 3, "c")


def test_a_name_with_tabs_and_line_breaks_is_one_field_of_the_table_of_ids():
    RowFiles([Recording("c", "a", "a\tb\nc", "a\tb\nc.wav")]).write()
    (line,) = Path("results/c/recordings.tsv").read_text().splitlines()[1:]
    assert line.split("\t")[1:] == [r"a\tb\nc", r"a\tb\nc.wav"]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'quoted", "plain"])
def test_a_name_is_no_formula_in_the_table_of_ids_and_can_be_read_back(name):
    RowFiles([Recording("c", "a", name, f"{name}.wav")]).write()
    (line,) = Path("results/c/recordings.tsv").read_text().splitlines()[1:]
    _, *cells = line.split("\t")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert list(map(cell_name, cells)) == [name, f"{name}.wav"]


def test_a_changed_row_is_read_from_a_scratch_folder_until_it_is_written():
    a, b = (f"results/c/recordings/speakers/{id}.json" for id in "ab")
    RowFiles(recordings(2, 2)).write()
    rows = RowFiles(recordings(2, 3))
    rows.write_to(Path("scratch"))
    assert rows.path(a) == a and rows.path(b) == f"scratch/{b}"
    assert (speakers(rows.path(b)), speakers(b)) == (3, 2)
    rows.write()
    assert rows.path(b) == b and speakers(b) == 3


def test_in_a_dry_run_one_new_file_stands_for_all_changed_row_files_of_a_part(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    recordings = [Recording("c", id, id, "a.wav", num_speakers=2) for id in "ab"]
    RowFiles(recordings).write()
    changed = RowFiles([Recording("c", id, id, "a.wav", num_speakers=3) for id in "ab"])
    changed.stand_in(Path("scratch"))
    speakers = {changed.path(f"results/c/recordings/speakers/{id}.json") for id in "ab"}
    assert speakers == {"scratch/results/c/recordings/speakers/changed.json"}
    path = "results/c/recordings/audio/a.json"
    assert changed.path(path) == path and not Path("scratch/results/c/recordings/audio").exists()
