"""Jobs that crash, hang or are killed, in processes of their own as Snakemake starts them."""

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

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.tables import read_rows

SLURM_JOB = str(10**6 + os.getpid())  # tests in other processes have other ids


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Run the job on recordings a, b and c, of which b has a fault, and return its exit status."""
    monkeypatch.chdir(tmp_path)

    return lambda fault, **config: start(fault, **config).wait(50)


def start(fault, **config):
    command = [sys.executable, ROOT / "tests/faulty_job.py", fault, json.dumps(config)]
    return subprocess.Popen(command)


def wait_until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("the condition was not met within 30 s")


def path(name):
    return Path(f"results/c/speech/v/{name}.parquet")


def only_the_log_is_left():
    return set(os.listdir("logs")) <= {"x.log", "x.usage.json"}


def reason_for_b():
    """Check that b was set aside, a and c are complete and no other file is left. Return the reason."""
    for name in "ac":
        assert read_rows(path(name)) == [(0.0, 1.0)]
    assert failed_rule(path("b")) == "detect_speech" and read_rows(path("b")) == []
    assert sorted(os.listdir("results/c/speech/v")) == ["a.parquet", "b.parquet", "c.parquet"]
    assert sorted(os.listdir("logs")) == ["x.log", "x.usage.json"]
    (record,) = Path("results/c/failures").rglob("*.json")
    return json.loads(record.read_text())["reason"]


@pytest.mark.parametrize(
    ("fault", "signal"),
    [
        ("crash", "SIGSEGV"),
        ("kill", "SIGKILL; is there too little memory?"),
        ("abort", "SIGABRT"),
    ],
)
def test_the_second_attempt_of_a_job_that_died_sets_the_recording_at_fault_aside(
    attempt, fault, signal
):
    assert attempt(fault) < 0
    assert not path("b").exists() and not Path("results/c/failures").exists()
    assert attempt(fault) == 0
    assert reason_for_b() == f"the process was ended by {signal}"
    log = Path("logs/x.log").read_text()
    assert fault == "kill" or "Fatal Python error" in log


def test_the_second_attempt_of_a_job_that_was_killed_from_outside_is_complete(attempt):
    assert attempt("kill") < 0
    Path("results/c/speech/v/a.parquet").unlink()
    assert attempt("allocate_too_much", time_limit=None) == 0
    assert "MemoryError" in reason_for_b()


def test_a_recording_that_exceeds_the_time_limit_is_set_aside_in_the_first_attempt(attempt):
    assert attempt("hang", time_limit=3.0) == 0
    assert reason_for_b() == "exceeded the time limit of 3 s"


def test_a_recording_with_a_memory_error_is_set_aside_in_the_first_attempt(attempt):
    assert attempt("allocate_too_much") == 0
    assert "MemoryError" in reason_for_b()


@pytest.mark.parametrize(
    ("variables", "allocated"), [({}, 1500), ({"SLURM_MEM_PER_NODE": "1200"}, 1200)]
)
def test_a_recording_that_exhausts_the_larger_memory_of_a_second_attempt_is_set_aside(
    attempt, monkeypatch, variables, allocated
):
    """Its child process ends before SLURM kills the whole job, as it did in the first attempt."""
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "1000")
    assert attempt("kill") < 0
    monkeypatch.delenv("SLURM_MEM_PER_NODE")
    for name, value in ({"SLURM_JOB_ID": SLURM_JOB} | variables).items():
        monkeypatch.setenv(name, value)
    with process_with_arguments("--executor", "slurm-jobstep"):
        assert attempt("allocate_2_gb") == 0
    assert f"more memory than the {allocated} MB that SLURM allocated to the job" in reason_for_b()


def test_a_recording_is_set_aside_for_memory_only_after_an_attempt_with_more_memory_or_a_repeated_one(
    attempt, monkeypatch
):
    """A run that was killed after its first attempt starts again with the memory of a first attempt."""
    assert attempt("kill") < 0
    monkeypatch.setenv("SLURM_JOB_ID", SLURM_JOB)
    with process_with_arguments("--executor", "slurm-jobstep"):
        assert attempt("allocate_2_gb") == 1
        assert not Path("results/c/failures").exists()
        reason = "more memory than the 1500 MB that SLURM allocated to the job"
        assert reason in Path("logs/x.log").read_text()
        assert attempt("allocate_2_gb") == 0
    assert reason in reason_for_b()


@contextmanager
def process_with_arguments(*arguments):
    """Run a process with these arguments, as the one that runs a job of Snakemake's."""
    program = [sys.executable, "-c", "import time; time.sleep(60)", *arguments]
    with subprocess.Popen(program) as process:
        yield
        process.kill()


@pytest.mark.parametrize("interactive_allocation", [False, True])
def test_the_requested_memory_is_no_limit_outside_of_slurm_jobs_that_snakemake_submitted(
    attempt, monkeypatch, interactive_allocation
):
    """A user's interactive allocation belongs to the whole run, not to one job."""
    if interactive_allocation:
        monkeypatch.setenv("SLURM_JOB_ID", SLURM_JOB)
    assert attempt("kill") < 0
    with process_with_arguments("--executor", "local"):
        assert attempt("allocate_2_gb") == 0
    assert not Path("results/c/failures").exists()


def test_a_library_that_exits_is_handled_like_a_crash(attempt):
    """OpenBLAS exits if it cannot allocate memory."""
    assert attempt("exit") == 1
    assert attempt("exit") == 0
    assert reason_for_b() == "the process ended with status 1"


@pytest.mark.parametrize("fault", ["full_disk", "lost_disk"])
@pytest.mark.parametrize("config", [{}, {"time_limit": 30.0}])
def test_an_error_of_the_disk_fails_the_job_in_its_own_process_and_in_a_child(
    attempt, fault, config
):
    assert attempt(fault, **config) == 1
    assert not Path("results/c/failures").exists() and not path("c").exists()
    assert only_the_log_is_left()


def test_an_input_that_is_not_visible_yet_fails_the_job_and_sets_no_recording_aside(attempt):
    assert attempt("hang", inputs={"audio": ["results/c/audio/a.wav"]}) == 1
    assert not Path("results/c/failures").exists() and only_the_log_is_left()
    message = "results/c/audio/a.wav: does not exist, although the job that creates it has ended."
    assert Path("logs/x.log").read_text().startswith(message)


def test_a_job_waits_for_the_same_job_of_a_run_that_was_killed(attempt):
    """Otherwise it would remove the unfinished file of the other, which would then set its recording aside."""
    first = start("slow_once")
    wait_until(Path("first").exists)
    assert attempt("slow_once") == 0
    assert first.wait(50) == 0
    assert all(read_rows(path(name)) == [(0.0, 1.0)] for name in "abc")
    assert not Path("results/c/failures").exists() and only_the_log_is_left()


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux signals the end of a parent process to its child"
)
def test_the_child_of_a_job_that_was_killed_ends_with_it(attempt):
    job = start("hang", time_limit=1000.0)
    wait_until(lambda: list(Path("results/c/speech/v").glob(".*b.parquet")))
    (child,) = psutil.Process(job.pid).children()
    job.kill()
    job.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
