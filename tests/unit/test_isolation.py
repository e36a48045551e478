"""Jobs that crash, hang or are killed, in processes of their own as Snakemake starts them."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from conftest import ROOT

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.tables import read_rows, write_table
from diarflow.runs.result_records import JobRecords

SLURM_JOB = str(10**6 + os.getpid())  # tests in other processes have other ids


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Run the job on recordings a, b and c, of which b has a fault, and return its exit status."""
    monkeypatch.chdir(tmp_path)

    return lambda fault, **config: start(fault, **config).wait(50)


def start(fault, **config):
    return subprocess.Popen(job(fault, **config))


def job(fault, **config):
    return [sys.executable, ROOT / "tests/faulty_job.py", fault, json.dumps(config)]


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
    ("fault", "name"),
    [
        ("crash", "SIGSEGV"),
        ("kill", "SIGKILL; is there too little memory?"),
        ("abort", "SIGABRT"),
    ],
)
def test_the_second_attempt_of_a_job_that_died_sets_the_recording_at_fault_aside(
    attempt, fault, name
):
    assert attempt(fault) < 0
    assert not path("b").exists() and not Path("results/c/failures").exists()
    assert attempt(fault) == 0
    assert reason_for_b() == f"the process was ended by {name}"
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


@pytest.mark.parametrize("fault", ["allocate_too_much", "kill"])
def test_only_the_last_attempt_sets_a_recording_aside_for_a_lack_of_memory(
    attempt, monkeypatch, fault
):
    """The next attempt requests more memory. It isolates each recording, because the mark of the job stays."""
    monkeypatch.setenv("DIARFLOW_RETRIES", "2")
    for number in (1, 2):
        assert attempt(fault, attempt=number) != 0
        assert not Path("results/c/failures").exists() and Path("logs/x.log.begun").exists()
    assert attempt(fault, attempt=3) == 0
    assert "emory" in reason_for_b()


@pytest.mark.parametrize(
    ("variables", "allocated"),
    [pytest.param({}, 1500, marks=pytest.mark.slow), ({"SLURM_MEM_PER_NODE": "1200"}, 1200)],
)
def test_a_recording_that_exhausts_the_memory_of_the_last_attempt_on_slurm_is_set_aside(
    attempt, monkeypatch, variables, allocated
):
    """Its child process ends before SLURM kills the whole job, as it did in the first attempt."""
    monkeypatch.setenv("DIARFLOW_RETRIES", "2")
    assert attempt("kill", attempt=1) < 0
    for name, value in ({"SLURM_JOB_ID": SLURM_JOB} | variables).items():
        monkeypatch.setenv(name, value)
    reason = f"more memory than the {allocated} MB that SLURM allocated to the job"
    with process_with_arguments("--executor", "slurm-jobstep"):
        assert attempt("allocate_2_gb", attempt=2) == 1
        assert reason in Path("logs/x.log").read_text()
        assert not Path("results/c/failures").exists()
        assert attempt("allocate_2_gb", attempt=3) == 0
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


@pytest.mark.parametrize(
    "fault",
    ["EIO", "ENOMEM", "EACCES", "EFBIG", "ENOSPC", "ESTALE"],
)  # fmt: skip
def test_an_error_of_the_system_fails_the_job(attempt, fault):
    assert attempt(fault) == 1
    assert not Path("results/c/failures").exists() and not path("c").exists()
    assert only_the_log_is_left()


def test_an_error_of_the_system_in_a_child_process_fails_the_job(attempt):
    assert attempt("EIO", time_limit=30.0) == 1
    assert not Path("results/c/failures").exists() and only_the_log_is_left()


def test_an_error_of_the_system_in_reading_a_result_fails_the_job_also_if_it_has_a_message(attempt):
    assert attempt("unreadable_result") == 1
    assert not Path("results/c/failures").exists() and only_the_log_is_left()


@pytest.mark.parametrize(
    ("damage", "state"),
    [
        (lambda path: path.write_bytes(b""), "is damaged"),
        (lambda path: path.write_bytes(bytes(500)), "is damaged"),
        (lambda path: path.mkdir(), "is a folder, expected a file"),
    ],
    ids=["empty", "zeros", "folder"],
)
def test_a_damaged_input_sets_its_recording_aside_and_is_named(attempt, damage, state):
    paths = [f"results/c/segments/v/{name}.parquet" for name in "abc"]
    for name in paths:
        write_table(name, "segments", [(0.0, 1.0)])
    Path(paths[1]).unlink()
    damage(Path(paths[1]))
    assert attempt("read", inputs={"segments": paths}) == 0
    assert reason_for_b() == f"{paths[1]}: {state}; the next run makes it again"
    assert "Traceback" not in Path("logs/x.log").read_text()


def test_an_input_that_was_changed_after_its_record_sets_its_recording_aside(attempt):
    """The table can be read, but has other columns."""
    paths = [f"results/c/segments/v/{name}.parquet" for name in "abc"]
    for name in paths:
        write_table(name, "segments", [(0.0, 1.0)])
    records = JobRecords("logs/other.log", "resegment")
    records.end(dict.fromkeys(paths, "origin"))
    write_table(paths[1], "changes", [(0.0, 1.0)])
    assert attempt("read", inputs={"segments": paths}) == 0
    assert reason_for_b() == f"{paths[1]}: is damaged; the next run makes it again"


@pytest.mark.parametrize("content", [b"", b"\0" * 40, b"\xff\xfe\n{", b".00000000-1.\n{}", None])
def test_a_damaged_mark_of_an_earlier_attempt_stops_no_job(attempt, content):
    mark = Path("logs/x.log.begun")
    mark.parent.mkdir()
    if content is None:
        mark.mkdir()
    else:
        mark.write_bytes(content)
    assert attempt("nothing") == 0
    assert all(read_rows(path(name)) == [(0.0, 1.0)] for name in "abc") and not mark.exists()


def test_folders_in_place_of_files_of_a_job_are_kept_under_another_name(attempt):
    in_place = [path("a"), Path("logs/x.log"), Path("logs/x.usage.json")]
    in_place += [Path("results/c/failures/detect_speech/v/b.json")]
    for folder in in_place:
        folder.mkdir(parents=True)
        (folder / "notes.txt").touch()
    assert attempt("InputError") == 0
    assert read_rows(path("a")) == [(0.0, 1.0)] and failed_rule(path("b"))
    for folder in in_place:
        assert folder.is_file() and Path(f"{folder}.aside/notes.txt").exists()
    assert (
        "results/c/speech/v/a.parquet: not a file that belongs there"
        in Path("logs/x.log").read_text()
    )


def test_the_reason_of_a_failure_is_bounded_and_the_log_contains_all_of_it(attempt):
    assert attempt("InputError") == 0
    lines = reason_for_b().split("\n")
    assert len(lines) == 4 and all(len(line) <= 300 for line in lines)
    assert lines[-1] == "... and 497 more of this kind"
    log = Path("logs/x.log").read_text()
    assert "x.rttm:500: " in log and "\x1b" not in log and r"\x1b[2J" in log


def test_an_input_that_is_not_visible_yet_fails_the_job_and_sets_no_recording_aside(attempt):
    assert attempt("hang", inputs={"audio": ["results/c/audio/a.wav"]}) == 1
    assert not Path("results/c/failures").exists() and only_the_log_is_left()
    message = "results/c/audio/a.wav: does not exist, although the job that creates it has ended."
    assert Path("logs/x.log").read_text().startswith(message)


@pytest.mark.slow
def test_a_job_waits_for_the_same_job_of_a_run_that_was_killed(attempt):
    """Otherwise it would remove the unfinished file of the other, which would then set its recording aside."""
    first = start("slow_once")
    wait_until(Path("first").exists)
    assert attempt("slow_once") == 0
    assert first.wait(50) == 0
    assert all(read_rows(path(name)) == [(0.0, 1.0)] for name in "abc")
    assert not Path("results/c/failures").exists() and only_the_log_is_left()


def test_a_job_that_waits_for_another_announces_the_process_and_how_to_end_it(attempt):
    with subprocess.Popen(job("hang"), stderr=subprocess.DEVNULL) as first:
        wait_until(lambda: list(Path("results/c/speech/v").glob(".*b.parquet")))
        first.send_signal(signal.SIGSTOP)
        with subprocess.Popen(job("nothing"), stderr=subprocess.PIPE, text=True) as second:
            line = second.stderr.readline()
            assert line.startswith("waiting for the same job of an earlier run: process ")
            assert f"process {first.pid} on " in line
            assert line.endswith(f"; to end it: kill -KILL {first.pid}\n")
            assert line in Path("logs/x.log").read_text()
            first.kill()
            assert second.wait(50) == 0
    assert all(read_rows(path(name)) == [(0.0, 1.0)] for name in "abc")


@pytest.mark.slow
def test_the_time_for_which_a_job_is_stopped_does_not_count_against_its_time_limit(attempt):
    with subprocess.Popen(job("slow_once", time_limit=6.0), start_new_session=True) as process:
        wait_until(Path("first").exists)
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(7)
        os.killpg(process.pid, signal.SIGCONT)
        assert process.wait(50) == 0
    assert all(read_rows(path(name)) == [(0.0, 1.0)] for name in "abc")


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux signals the end of a parent process to its child"
)
def test_the_child_of_a_job_that_was_killed_ends_with_it(attempt):
    parent = start("hang", time_limit=1000.0)
    wait_until(lambda: list(Path("results/c/speech/v").glob(".*b.parquet")))
    (child,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
