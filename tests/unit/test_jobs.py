"""Jobs that crash, hang or are killed: in processes of their own, as Snakemake starts them."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from conftest import ROOT

from diarflow.artifacts.placeholders import mark_of
from diarflow.artifacts.tables import read_rows

PROGRAM = """
import ctypes, errno, json, os, signal, sys, time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from diarflow.atomic import written_whole
from diarflow.runs.job import Job
from diarflow.artifacts.tables import write_table


class Files(dict):
    __getattr__ = dict.__getitem__


what, config = sys.argv[1], json.loads(sys.argv[2])
job = Job(SimpleNamespace(
    rule="detect_speech", input=Files(config.pop("inputs", {})), config=config, log=["logs/x.log"],
    output=Files(speech=[f"results/c/speech/v/{name}.parquet" for name in "abc"]),
    resources=SimpleNamespace(mem_mb=1500),
    params=SimpleNamespace(job='{"settings": {}}'),
))


def slow():
    if Path("first").exists():
        return
    Path("first").touch()
    time.sleep(4)


def memory():
    held = []
    while True:
        held.append(np.ones(10**15))


def more():
    held = []
    for _ in range(40):  # 2 GB
        held.append(np.ones(50 * 2**20, np.uint8))
        time.sleep(0.02)


def full():
    raise OSError(errno.ENOSPC, "No space left on device")


def away():
    raise OSError(errno.ESTALE, "Stale file handle")


fail = {
    "away": away,
    "exit": lambda: os._exit(1),
    "crash": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "hang": lambda: time.sleep(60),
    "slow": slow,
    "memory": memory,
    "more": more,
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

JOB = str(10**6 + os.getpid())  # of SLURM; tests in other processes have others


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Start the job on recordings a, b and c, of which b fails as it is told; its status."""
    monkeypatch.chdir(tmp_path)

    return lambda what, **config: start(what, **config).wait(50)


def start(what, **config):
    command = [sys.executable, "-c", PROGRAM, what, json.dumps(config)]
    return subprocess.Popen(command, env=dict(os.environ, PYTHONPATH=str(ROOT / "scripts")))


def until(true):
    """Wait for what is about to be so."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about in half a minute")


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


@pytest.mark.parametrize(("said", "given"), [({}, 1500), ({"SLURM_MEM_PER_NODE": "1200"}, 1200)])
def test_a_recording_that_takes_what_slurm_gives_the_job_is_set_aside_when_it_is_tried_with_more(
    attempt, monkeypatch, said, given
):
    """At the second attempt, in its child; SLURM would kill the whole job, then as before."""
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "1000")
    assert attempt("kill") < 0
    monkeypatch.delenv("SLURM_MEM_PER_NODE")
    for name, value in ({"SLURM_JOB_ID": JOB} | said).items():
        monkeypatch.setenv(name, value)
    with runner("--executor", "slurm-jobstep"):
        assert attempt("more") == 0
    assert f"more than is left of the {given} MB that SLURM gave the job" in is_set_aside()


def test_no_recording_is_set_aside_for_memory_before_it_was_tried_with_more_or_twice_with_as_much(
    attempt, monkeypatch
):
    """A run that was killed after a first attempt begins with the memory of a first attempt again."""
    assert attempt("kill") < 0
    monkeypatch.setenv("SLURM_JOB_ID", JOB)
    with runner("--executor", "slurm-jobstep"):
        assert attempt("more") == 1
        assert not Path("results/c/failures").exists()
        said = "more than is left of the 1500 MB that SLURM gave the job"
        assert said in Path("logs/x.log").read_text()
        assert attempt("more") == 0
    assert said in is_set_aside()


@contextmanager
def runner(*options):
    """What runs a job, for a while."""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", *options]
    ) as process:
        yield
        process.kill()


@pytest.mark.parametrize("own_allocation", [False, True])
def test_outside_of_a_job_that_snakemake_sent_to_slurm_what_it_asks_for_means_nothing(
    attempt, monkeypatch, own_allocation
):
    """Nor in a person's own allocation, which is that of the whole run."""
    if own_allocation:
        monkeypatch.setenv("SLURM_JOB_ID", JOB)
    assert attempt("kill") < 0
    with runner("--executor", "local"):
        assert attempt("more") == 0
    assert not Path("results/c/failures").exists()


def test_a_library_that_ends_the_process_is_a_crash_like_others(attempt):
    """As OpenBLAS does where it gets no memory."""
    assert attempt("exit") == 1
    assert attempt("exit") == 0
    assert is_set_aside() == "the process ended with status 1"


@pytest.mark.parametrize("config", [{}, {"time_limit": 30.0}])
def test_a_shared_disk_that_cannot_be_reached_fails_the_job(attempt, config):
    assert attempt("away", **config) == 1
    assert not Path("results/c/failures").exists()


def test_an_artifact_that_is_not_seen_yet_fails_the_job_and_sets_nothing_aside(attempt):
    assert attempt("more", inputs={"audio": ["results/c/audio/a.wav"]}) == 1
    assert not Path("results/c/failures").exists() and os.listdir("logs") == ["x.log"]
    assert Path("logs/x.log").read_text().startswith("results/c/audio/a.wav: not there, though")


@pytest.mark.parametrize("config", [{}, {"time_limit": 30.0}])
def test_a_full_disk_fails_the_job_by_itself_or_in_a_child(attempt, config):
    assert attempt("full", **config) == 1
    assert not Path("results/c/failures").exists() and not path("c").exists()
    assert os.listdir("logs") == ["x.log"]


def test_a_job_whose_run_was_killed_is_waited_for_by_the_same_job_of_the_next_run(attempt):
    """It would else set its recording aside, whose unfinished file the next one had removed."""
    first = start("slow")
    until(Path("first").exists)
    assert attempt("slow") == 0
    assert first.wait(50) == 0
    assert all(read_rows(path(name)) == [(0.0, 1.0)] for name in "abc")
    assert not Path("results/c/failures").exists() and os.listdir("logs") == ["x.log"]


@pytest.mark.skipif(
    sys.platform != "linux", reason="no other system tells a child of its parent's end"
)
def test_the_child_of_a_job_that_was_killed_dies_with_it(attempt):
    job = start("hang", time_limit=1000.0)
    until(lambda: list(Path("results/c/speech/v").glob(".*b.parquet")))
    (child,) = psutil.Process(job.pid).children()
    job.kill()
    job.wait()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
