"""Jobs that crash, hang or are killed: in processes of their own, as Snakemake starts them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from diarflow.artifacts import mark_of
from diarflow.tables import read_rows

PROGRAM = """
import ctypes, errno, json, os, signal, sys, time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from diarflow.files import written_whole
from diarflow.jobs import Job
from diarflow.tables import write_table


class Files(dict):
    __getattr__ = dict.__getitem__


what, config = sys.argv[1], json.loads(sys.argv[2])
job = Job(SimpleNamespace(
    rule="detect_speech", input=Files(), config=config, log=["logs/x.log"],
    output=Files(speech=[f"results/c/speech/v/{name}.parquet" for name in "abc"]),
    params=SimpleNamespace(job='{"settings": {}}'),
))


def memory():
    held = []
    while True:
        held.append(np.ones(10**15))


def full():
    raise OSError(errno.ENOSPC, "No space left on device")


fail = {
    "crash": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "hang": lambda: time.sleep(60),
    "memory": memory,
    "full": full,
}[what]


def work(item):
    if item.recording == "b":
        with written_whole(item.output.speech) as beside:
            beside.write_text("half of")
            fail()
    write_table(item.output.speech, "speech", [(0.0, 1.0)])


job.each(work)
"""


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Start the job on recordings a, b and c, of which b fails as it is told; its status."""
    monkeypatch.chdir(tmp_path)

    def run(what, **config):
        command = [sys.executable, "-c", PROGRAM, what, json.dumps(config)]
        environment = dict(os.environ, PYTHONPATH=str(ROOT / "scripts"))
        return subprocess.run(command, env=environment, timeout=50).returncode

    return run


def path(name):
    return Path(f"results/c/speech/v/{name}.parquet")


def is_set_aside():
    """b is, with its reason; a and c are done; nothing else is left."""
    for name in "ac":
        assert read_rows(path(name)) == [(0.0, 1.0)]
    assert mark_of(path("b")) == "detect_speech" and read_rows(path("b")) == []
    assert sorted(os.listdir("results/c/speech/v")) == ["a.parquet", "b.parquet", "c.parquet"]
    assert os.listdir("logs") == ["x.log"]
    (entry,) = Path("results/c/failures").rglob("*.json")
    return json.loads(entry.read_text())["reason"]


@pytest.mark.parametrize(
    ("what", "signal"),
    [("crash", "SIGSEGV"), ("kill", "SIGKILL, as where memory runs out"), ("abort", "SIGABRT")],
)
def test_a_job_that_died_sets_aside_the_recording_that_kills_it_when_it_is_tried_again(
    attempt, what, signal
):
    assert attempt(what) < 0
    assert not path("b").exists() and not Path("results/c/failures").exists()
    assert attempt(what) == 0
    assert is_set_aside() == f"the process died ({signal})"
    log = Path("logs/x.log").read_text()
    assert what == "kill" or "Fatal Python error" in log


def test_a_job_that_was_killed_for_no_fault_of_its_recordings_is_done_when_it_is_tried_again(
    attempt,
):
    assert attempt("kill") < 0
    Path("results/c/speech/v/a.parquet").unlink()
    assert attempt("memory", time_limit=None) == 0
    assert "MemoryError" in is_set_aside()


def test_a_recording_that_takes_too_long_is_set_aside_at_once(attempt):
    assert attempt("hang", time_limit=10.0) == 0
    assert is_set_aside() == "it took longer than 10 s"


def test_a_recording_that_asks_for_more_memory_than_there_is_is_set_aside_at_once(attempt):
    assert attempt("memory") == 0
    assert "MemoryError" in is_set_aside()


@pytest.mark.parametrize("config", [{}, {"time_limit": 30.0}])
def test_a_full_disk_fails_the_job_by_itself_or_in_a_child(attempt, config):
    assert attempt("full", **config) == 1
    assert not Path("results/c/failures").exists() and not path("c").exists()
    assert os.listdir("logs") == ["x.log"]
