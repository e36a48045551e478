import os
import subprocess
import sys

import pytest
from conftest import ROOT

HOLD = "import sys; from diarflow.runs.locks import drop_dead_locks; print(drop_dead_locks(sys.argv[1])); sys.stdout.flush(); sys.stdin.read()"  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """Start a run in another process; it lives until its input is closed. Its first line says what it dropped."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=dict(os.environ, PYTHONPATH=str(ROOT / "scripts")),
        )  # fmt: skip
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def locked(folder):
    (folder / "locks").mkdir(exist_ok=True)
    (folder / "locks" / "0.output.lock").write_text("results/c/audio/a.wav\n")


def test_the_lock_of_a_run_that_was_killed_is_dropped(run, tmp_path):
    first, said = run()
    assert said == "False"
    locked(tmp_path)
    first.kill()
    first.wait()
    assert run()[1] == "True"
    assert not list((tmp_path / "locks").iterdir())


def test_the_lock_of_a_run_that_lives_stays(run, tmp_path):
    run()
    locked(tmp_path)
    assert run()[1] == "False"
    assert (tmp_path / "locks" / "0.output.lock").exists()


def test_the_lock_stays_while_any_of_several_runs_lives(run, tmp_path):
    first, _ = run()
    run()
    first.kill()
    first.wait()
    locked(tmp_path)
    assert run()[1] == "False"
