import fcntl
import subprocess
import sys

import pytest

from diarflow.runs.locks import is_run_alive

RUN = """
import sys
from diarflow.runs.locks import remove_stale_locks
print(remove_stale_locks(sys.argv[1]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start_run(tmp_path):
    """Start a process that locks as a run does, and return it and the first line that it prints."""
    processes = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        processes.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def write_lock_file(folder):
    (folder / "locks").mkdir(exist_ok=True)
    (folder / "locks" / "0.output.lock").write_text("results/c/audio/a.wav\n")


def test_the_lock_files_of_a_killed_run_are_removed(start_run, tmp_path):
    first, line = start_run()
    assert line == "False"
    write_lock_file(tmp_path)
    first.kill()
    first.wait()
    assert start_run()[1] == "True"
    assert not list((tmp_path / "locks").iterdir())


def test_lock_files_stay_while_any_of_several_runs_is_alive(start_run, tmp_path):
    first, _ = start_run()
    start_run()
    write_lock_file(tmp_path)
    assert start_run()[1] == "False"
    first.kill()
    first.wait()
    assert start_run()[1] == "False"
    assert (tmp_path / "locks" / "0.output.lock").exists()


def test_a_run_is_alive_as_long_as_its_lock_is_held(tmp_path):
    lock = tmp_path / "diarflow.lock"
    assert is_run_alive(lock)  # without a lock file it cannot be tested
    with open(lock, "w") as run:
        fcntl.flock(run, fcntl.LOCK_SH)
        assert is_run_alive(lock)
    assert not is_run_alive(lock)


def test_a_folder_in_place_of_the_lock_is_kept_under_another_name(start_run, tmp_path):
    (tmp_path / "diarflow.lock").mkdir()
    assert start_run()[1] == "False"
    assert (tmp_path / "diarflow.lock").is_file() and (tmp_path / "diarflow.lock.aside").is_dir()
