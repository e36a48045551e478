"""Usage of jobs: the measurement of a job by itself, and sums over the jobs of a corpus."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from diarflow.runs.usage import Usage, costs, latest, read_usage, remove_superseded

JOB = """
import os, subprocess, sys, time
from diarflow.runs.usage import record_usage

def spin(seconds):
    while time.process_time() < seconds:
        pass

record_usage("logs/x.log")
held = bytearray(200 * 2**20)
spin(0.5)
{}
"""
CHILD = """
import os, time
if not (process := os.fork()):
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    sys.exit()
os.waitpid(process, 0)
"""


@pytest.fixture
def run(tmp_path):
    """Run a job that uses 0.5 CPU-seconds and 200 MB, and then executes `end`. Return its usage, or None."""

    def run(end="", *, status=0):
        (tmp_path / "logs").mkdir(exist_ok=True)
        program = [sys.executable, "-c", JOB.format(end)]
        done = subprocess.run(program, cwd=tmp_path, stderr=subprocess.DEVNULL)
        assert done.returncode == status
        path = tmp_path / "logs" / "x.usage.json"
        assert [entry.name for entry in tmp_path.glob("logs/*")] == [path.name] * path.exists()
        return read_usage(path) if path.exists() else None

    return run


def test_a_job_measures_itself_from_its_start(run):
    usage = run("time.sleep(0.3)")
    assert 0.5 <= usage.cpu_seconds <= usage.seconds
    assert 0.8 <= usage.seconds < 20.0
    assert 200.0 <= usage.peak_memory_mb < 400.0


def test_children_count_once_and_write_no_usage_of_their_own(run):
    assert 1.0 <= run(CHILD).cpu_seconds < 1.5


def test_the_memory_of_the_parent_of_a_job_does_not_count(tmp_path):
    """Snakemake is the parent of jobs, and large."""
    start = "import subprocess, sys; held = bytearray(500 * 2**20); subprocess.run([sys.executable, *sys.argv[1:]])"
    job = "from diarflow.runs.usage import record_usage; record_usage('x.log')"
    command = [sys.executable, "-c", start, "-c", job]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert read_usage(tmp_path / "x.usage.json").peak_memory_mb < 300.0


def test_a_job_that_fails_writes_its_usage_and_a_job_that_is_killed_writes_none(run):
    assert run("raise ValueError", status=1).jobs == 1
    assert run("os.kill(os.getpid(), 9)", status=-signal.SIGKILL) is None


def test_usage_that_cannot_be_written_does_not_fail_the_job(run):
    assert run("os.rmdir('logs'); os.symlink('unmounted', 'logs'); sys.exit(4)", status=4) is None


def measure(folder, label, seconds, *, at):
    """Write the usage of a job that used `seconds`, half of them CPU time, and ended at the time `at`."""
    path = Path(folder, f"{label}.usage.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "seconds": seconds,
        "user_seconds": 0.3 * seconds,
        "system_seconds": 0.2 * seconds,
        "peak_memory_mb": 100.0,
    }
    path.write_text(json.dumps(content))
    path.with_name(f"{label}.log").touch()
    os.utime(path, (at, at))


def test_usage_is_read_as_it_was_written(tmp_path):
    measure(tmp_path, "a", 2.0, at=1)
    assert read_usage(tmp_path / "a.usage.json") == Usage(1, 2.0, 0.6, 0.4, 100.0)


def test_costs_cover_the_recordings_and_variants_in_use(tmp_path):
    folder = tmp_path / "c" / "detect_speech"
    for variant, label, seconds in (
        ("used", "a", 2.0), ("used", "b", 1.0), ("used", "removed", 9.0), ("unused", "a", 9.0),
    ):  # fmt: skip
        measure(folder / variant, label, seconds, at=1)
    measure(tmp_path / "c", "report_corpus", 0.5, at=1)
    assert list(costs("c", lambda _: {"a", "b"}, {"detect_speech": ["used"]}, tmp_path)) == [
        {"corpus": "c", "rule": "report_corpus", "variant": "", "jobs": 1, "seconds": 0.5,
         "cpu": 0.25, "memory": 100.0},
        {"corpus": "c", "rule": "detect_speech", "variant": "used", "jobs": 2, "seconds": 3.0,
         "cpu": 1.5, "memory": 100.0},
    ]  # fmt: skip


def test_a_batch_counts_for_the_recordings_that_no_later_job_processed(tmp_path):
    folder = tmp_path / "c/detect_speech/v"
    measure(folder, "batch-1-of-1", 8.0, at=1)
    measure(folder, "a", 3.0, at=2)
    measure(folder, "removed", 100.0, at=2)
    (row,) = costs("c", lambda _: list("abcd"), {"detect_speech": ["v"]}, tmp_path)
    assert (row["jobs"], row["seconds"], row["cpu"], row["memory"]) == (2, 9.0, 4.5, 100.0)


def test_usage_is_removed_once_other_batches_have_processed_all_its_recordings(tmp_path):
    folder = tmp_path / "c/detect_speech/v"
    measure(folder, "a", 1.0, at=1)
    measure(folder, "batch-1-of-1", 1.0, at=2)
    measure(folder, "b", 1.0, at=3)
    remove_superseded("c", lambda _: ["a", "b", "c"], tmp_path)
    assert [path.name for path, _ in latest(folder, "abc")] == [
        "b.usage.json",
        "batch-1-of-1.usage.json",
    ]
    assert not (folder / "a.usage.json").exists()
    measure(folder, "a", 1.0, at=4)
    measure(folder, "c", 1.0, at=4)
    remove_superseded("c", lambda _: ["a", "b", "c"], tmp_path)
    names = sorted(path.name for path in folder.glob("*.usage.json"))
    assert names == ["a.usage.json", "b.usage.json", "c.usage.json"]
    assert len(list(folder.glob("*.log"))) == 4


def ids_of_call(rule):
    """Return the ids of a corpus with one call of two channels that a rule works on."""
    return ["call"] if rule == "write_rttm" else ["call_ch1", "call_ch2"]


def test_a_batch_of_calls_stops_counting_once_each_channel_was_processed_again(tmp_path):
    speech, rttm = tmp_path / "c/detect_speech/v", tmp_path / "c/write_rttm/s"
    for folder in (speech, rttm):
        measure(folder, "batch-1-of-1", 8.0, at=1)
    measure(speech, "call_ch1", 3.0, at=2)
    measure(speech, "call_ch2", 2.0, at=2)
    measure(rttm, "call", 1.0, at=2)
    rows = {row["rule"]: row for row in costs("c", ids_of_call, {}, tmp_path)}
    assert (rows["detect_speech"]["jobs"], rows["detect_speech"]["seconds"]) == (2, 5.0)
    assert (rows["write_rttm"]["jobs"], rows["write_rttm"]["seconds"]) == (1, 1.0)
    remove_superseded("c", ids_of_call, tmp_path)
    assert not list(tmp_path.rglob("batch-*.usage.json"))
    assert len(list(tmp_path.rglob("*.usage.json"))) == 3
