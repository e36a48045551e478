"""Atomic writing: complete files or none, also after a crash or on a full disk."""

import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from plan_rows import write_plan

from diarflow.artifacts.arrays import write_array, zeros_on_disk
from diarflow.artifacts.tables import write_table
from diarflow.atomic import (
    atomic_write,
    is_disk_full,
    remove_leftovers,
    remove_own,
    remove_unfinished,
)
from diarflow.audio.prepare import prepare_audio
from diarflow.formats.rttm import write_rttm
from diarflow.report.rendering import write_assets
from diarflow.timeline.intervals import Turn


def test_a_file_appears_when_the_block_ends(tmp_path):
    with atomic_write(tmp_path / "new" / "a.txt") as temporary:
        temporary.write_text("complete")
        assert temporary.suffix == ".txt" and os.listdir(tmp_path / "new") == [temporary.name]
    assert os.listdir(tmp_path / "new") == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_text() == "complete"


def test_an_error_leaves_the_old_file_and_no_other(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_write(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        _ = 1 / 0
    assert os.listdir(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "old"


KILLED = """
import os, signal, sys
from diarflow.atomic import atomic_write
with atomic_write(sys.argv[1]) as temporary:
    temporary.write_text("half of")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_unfinished_file_of_a_killed_process_can_be_removed(tmp_path):
    path = tmp_path / "a.txt"
    killed = subprocess.run([sys.executable, "-c", KILLED, path])
    (left,) = os.listdir(tmp_path)
    assert killed.returncode == -9 and left.endswith(".a.txt")
    remove_unfinished(left.removesuffix("a.txt"), [str(path)])
    assert os.listdir(tmp_path) == []


def test_only_unfinished_files_are_removed(tmp_path):
    (tmp_path / "a.txt").touch()
    for prefix in ("", "/", "../", ".x."):
        remove_unfinished(prefix, [str(tmp_path / "a.txt")])
    assert os.listdir(tmp_path) == ["a.txt"]


def test_leftovers_of_dead_processes_are_removed_and_files_of_live_ones_stay(tmp_path):
    folder = tmp_path / "results" / "c"
    with atomic_write(folder / "live.txt") as temporary:
        temporary.write_text("half of")
        subprocess.run([sys.executable, "-c", KILLED, folder / "a.txt"])
        other_machine = ".00000000-1.b.txt"
        (folder / other_machine).touch()
        (folder / ".hidden").touch()
        assert len(os.listdir(folder)) == 4
        remove_leftovers(tmp_path / "results")
        assert set(os.listdir(folder)) == {other_machine, temporary.name, ".hidden"}


def test_no_file_is_removed_through_a_link_to_a_folder(tmp_path, monkeypatch):
    """The first two folders may be links: users keep results, or those of a corpus, on another disk."""
    monkeypatch.chdir(tmp_path)
    names = ["disk/c/speech/a", "disk/c/linked/a"]
    for name in names:
        Path(name).parent.mkdir(parents=True)
        subprocess.run([sys.executable, "-c", KILLED, tmp_path / name])
    Path("results").mkdir()
    Path("results/c").symlink_to(tmp_path / "disk/c")
    Path("other").mkdir()
    shutil.move("disk/c/linked", "other/linked")
    Path("disk/c/linked").symlink_to(tmp_path / "other/linked")
    remove_leftovers("results/c")
    (left,) = os.listdir("other/linked")
    assert os.listdir("disk/c/speech") == []
    remove_unfinished(left.removesuffix("a"), ["results/c/linked/a"])
    assert os.listdir("other/linked") == [left]
    assert not remove_own(Path("results/c/linked", left)) and not remove_own(Path("results/c"))


def test_a_folder_in_place_of_a_file_is_kept_under_another_name(tmp_path, caplog):
    for number in range(2):
        (tmp_path / "a.txt").unlink(missing_ok=True)
        (tmp_path / "a.txt").mkdir()
        (tmp_path / "a.txt" / f"{number}.txt").touch()
        with atomic_write(tmp_path / "a.txt") as temporary:
            temporary.write_text("complete")
        assert (tmp_path / "a.txt").read_text() == "complete"
    assert os.listdir(tmp_path / "a.txt.aside") == ["0.txt"]
    assert os.listdir(tmp_path / "a.txt.aside-1") == ["1.txt"]
    assert caplog.messages[0] == f"{tmp_path}/a.txt: not a file that belongs there; it is kept as {tmp_path}/a.txt.aside"  # fmt: skip


def test_a_file_in_place_of_a_folder_is_kept_under_another_name(tmp_path):
    (tmp_path / "folder").write_text("notes")
    with atomic_write(tmp_path / "folder" / "inner" / "a.txt") as temporary:
        temporary.write_text("complete")
    assert (tmp_path / "folder.aside").read_text() == "notes"
    assert (tmp_path / "folder/inner/a.txt").read_text() == "complete"


def test_a_link_to_a_disk_that_is_not_mounted_stays(tmp_path):
    (tmp_path / "results").symlink_to("unmounted")
    with pytest.raises(OSError), atomic_write(tmp_path / "results" / "a.txt"):
        pass
    assert os.listdir(tmp_path) == ["results"]


def test_the_system_error_of_a_writer_that_hides_it_is_raised(tmp_path):
    """As a file system with a limit on the size of files (EFBIG)."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError) as error, atomic_write(tmp_path / "a.wav") as temporary:
            soundfile.write(temporary, np.zeros(4000, np.int16), 16_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error.value.errno == errno.EFBIG and os.listdir(tmp_path) == []


PLAN_REPEATEDLY = """
from diarflow.planning.recording import Recording
from diarflow.planning.plan_files import PlanFiles
for run in range(30):
    PlanFiles(Recording("c", f"r{n}", f"name {run}", audio="a.wav") for n in range(20)).write()
"""


def test_two_runs_can_write_the_same_plan_file_concurrently(tmp_path):
    command = [sys.executable, "-c", PLAN_REPEATEDLY]
    runs = [subprocess.Popen(command, cwd=tmp_path) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    (path,) = tmp_path.rglob("*.jsonl")
    assert len(path.read_text().splitlines()) == 20
    assert [path.name for path in tmp_path.rglob(".*")] == [".snakemake"]


def write_audio(path):
    with atomic_write(path) as temporary:
        prepare_audio("long.wav", temporary)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_array(path, np.ones((100_000, 2))),
        lambda path: write_table(path, "speech", np.random.default_rng(0).random((50_000, 2))),
        lambda path: write_rttm(path, "a", [Turn(n, n + 0.5, "x") for n in range(10_000)]),
        write_assets,
        write_audio,
    ],
    ids=["array", "table", "rttm", "assets", "audio"],
)
def test_writing_to_a_full_disk_raises_enospc_and_leaves_no_file(
    small_disk, tmp_path, monkeypatch, write
):
    monkeypatch.chdir(tmp_path)
    soundfile.write("long.wav", np.zeros(400_000, np.int16), 16_000)
    with pytest.raises(OSError) as error:
        write(small_disk / "new.npy")
    assert is_disk_full(error.value)
    assert not (small_disk / "new.npy").is_file()
    assert not list(small_disk.rglob(".*"))


def test_an_array_on_disk_reserves_its_space_when_it_is_created(small_disk, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    array = zeros_on_disk((10, 35), np.float32)
    array[:] = 1.0
    assert array.shape == (10, 35) and array.sum() == 350
    with pytest.raises(OSError) as error:
        zeros_on_disk((100_000, 35), np.float32)
    assert is_disk_full(error.value)
    assert zeros_on_disk((0, 35), np.float32).shape == (0, 35)


def test_a_full_disk_fails_the_job_and_sets_no_recording_aside(run_script, small_disk, tone):
    path = Path(tone(seconds=20.0))
    Path("results").symlink_to(small_disk)
    plan = write_plan(audio={"audio": str(path), "channel": "mix"})
    with pytest.raises(OSError) as error:
        run_script(
            "prepare_audio",
            input=plan,
            output={"audio": "results/c/audio/a.wav", "facts": "results/c/audio/a.json"},
        )
    assert is_disk_full(error.value)
    assert not [path for path in small_disk.glob("c/**/*") if path.is_file()]
