import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import ROOT

from diarflow.artifacts.arrays import on_disk, write_array
from diarflow.artifacts.tables import write_table
from diarflow.atomic import is_full, remove_leftovers, remove_unfinished, written_whole
from diarflow.audio.prepared import prepare_audio
from diarflow.formats.rttm import write_rttm
from diarflow.report.rendering import write_assets
from diarflow.timeline.intervals import Turn


def test_a_file_takes_its_place_whole(tmp_path):
    with written_whole(tmp_path / "new" / "a.txt") as beside:
        beside.write_text("all of it")
        assert beside.suffix == ".txt" and os.listdir(tmp_path / "new") == [beside.name]
    assert os.listdir(tmp_path / "new") == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_text() == "all of it"


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(ZeroDivisionError), written_whole(tmp_path / "a.txt") as beside:
        beside.write_text("new")
        _ = 1 / 0
    assert os.listdir(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "old"


KILLED = """
import os, signal, sys
from diarflow.atomic import written_whole
with written_whole(sys.argv[1]) as beside:
    beside.write_text("half of")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_leaves_no_half_file_and_what_it_leaves_can_be_removed(tmp_path):
    path = tmp_path / "a.txt"
    command = [sys.executable, "-c", KILLED, path]
    killed = subprocess.run(command, env=dict(os.environ, PYTHONPATH=str(ROOT / "scripts")))
    (left,) = os.listdir(tmp_path)
    assert killed.returncode == -9 and left.endswith(".a.txt")
    remove_unfinished(left.removesuffix("a.txt"), [str(path)])
    assert os.listdir(tmp_path) == []


def test_only_the_names_of_unfinished_files_are_removed(tmp_path):
    (tmp_path / "a.txt").touch()
    for start in ("", "/", "../", ".x."):
        remove_unfinished(start, [str(tmp_path / "a.txt")])
    assert os.listdir(tmp_path) == ["a.txt"]


def test_what_dead_processes_left_is_removed_and_what_live_ones_write_stays(tmp_path):
    folder = tmp_path / "results" / "c"
    with written_whole(folder / "mine.txt") as beside:
        beside.write_text("half of")
        command = [sys.executable, "-c", KILLED, folder / "a.txt"]
        subprocess.run(command, env=dict(os.environ, PYTHONPATH=str(ROOT / "scripts")))
        (folder / ".00000000-1.b.txt").touch()  # of another machine
        (folder / ".hidden").touch()
        assert len(os.listdir(folder)) == 4
        remove_leftovers(tmp_path / "results")
        assert sorted(os.listdir(folder)) == sorted([".00000000-1.b.txt", beside.name, ".hidden"])


AT_ONCE = """
import sys
from diarflow.planning.corpora import Recording
from diarflow.planning.recording_files import write_rows
for run in range(30):
    write_rows([Recording("c", f"r{n}", f"name {run}", audio="a.wav") for n in range(20)], sys.argv[1])
"""


def test_two_runs_that_plan_at_once_are_not_in_each_others_way(tmp_path):
    """Each writes the rows of the same recordings, again and again."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "scripts"))
    command = [sys.executable, "-c", AT_ONCE, tmp_path]
    runs = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_array(path, np.ones((100_000, 2))),
        lambda path: write_table(path, "speech", np.random.default_rng(0).random((50_000, 2))),
        lambda path: write_rttm(path, "a", [Turn(n, n + 0.5, "x") for n in range(10_000)]),
        lambda path: write_assets(path),
        lambda path: prepare_here("long.wav", path),
    ],
    ids=["array", "table", "rttm", "assets", "audio"],
)
def test_a_full_disk_is_said_and_leaves_nothing(small_disk, tmp_path, monkeypatch, write):
    monkeypatch.chdir(tmp_path)
    soundfile.write("long.wav", np.zeros(400_000, np.int16), 16_000)
    with pytest.raises(OSError) as error:
        write(small_disk / "new.npy")
    assert is_full(error.value)
    assert not (small_disk / "new.npy").is_file()
    assert not list(small_disk.rglob(".*"))


def prepare_here(source, target):
    with written_whole(target) as beside:
        prepare_audio(source, beside)


def test_an_array_on_disk_has_its_place_from_the_start(small_disk, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    array = on_disk((10, 35), np.float32)
    array[:] = 1.0
    assert array.shape == (10, 35) and array.sum() == 350
    with pytest.raises(OSError) as error:
        on_disk((100_000, 35), np.float32)
    assert is_full(error.value)
    assert on_disk((0, 35), np.float32).shape == (0, 35)


def test_a_full_disk_fails_the_job_and_sets_nothing_aside(run_script, small_disk, tone):
    path = Path(tone(seconds=20.0))
    Path("results").symlink_to(small_disk)
    Path("row.json").write_text(f'{{"audio": "{path}", "channel": "mix"}}')
    with pytest.raises(OSError) as error:
        run_script(
            "prepare_audio",
            input={"row": "row.json"},
            output={"audio": "results/c/audio/a.wav"},
        )
    assert is_full(error.value)
    assert not [one for one in small_disk.rglob("*") if one.is_file()]
