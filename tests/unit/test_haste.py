"""What is changed of Python and Snakemake to plan many files faster."""

import asyncio
import gc
import json
from functools import lru_cache
from pathlib import Path
from threading import Semaphore
from types import SimpleNamespace

import pytest
import snakemake.api  # noqa: F401 - before its parts, which import each other
from hypothesis import given
from hypothesis import strategies as st
from snakemake.dag import DAG
from snakemake.exceptions import ChildIOException
from snakemake.io import AnnotatedString, IOFile, _IOFile, flag
from snakemake.persistence import PersistenceBase
from snakemake.persistence.file import FilePersistence
from snakemake.scheduling.job_scheduler import JobScheduler

from diarflow.planning.snakemake_patches import KEPT, hasten, only_where

CHANGED = [
    (FilePersistence, "_read_record_cached"),
    (FilePersistence, "_io_read"),
    (_IOFile, "is_storage"),
    (_IOFile, "match"),
    (DAG, "check_directory_outputs"),
    (JobScheduler, "_schedule_reevalutation"),
    (PersistenceBase, "finished"),
    (_IOFile, "checksum"),
]
NAMES = ("a", "b", "a.b", ".")
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)


@pytest.fixture(autouse=True, scope="module")
def as_before():
    threshold, methods = gc.get_threshold(), [getattr(*one) for one in CHANGED]
    yield
    gc.set_threshold(*threshold)
    for (owner, name), method in zip(CHANGED, methods, strict=True):
        setattr(owner, name, method)


@pytest.fixture
def hastened():
    hasten()


def test_the_records_of_a_large_batch_are_read_once_however_often_they_are_looked_at(
    hastened, tmp_path, monkeypatch
):
    monkeypatch.setattr(json, "loads", counted := Counted(json.loads))
    records = FilePersistence(path=tmp_path / ".snakemake")
    names = [f"results/c/audio/r{number}.wav" for number in range(300)]
    for name in names:
        records._io_write(records._metadata_path, {"rule": "prepare_audio"}, name)
    for _ in range(4):
        assert {records._read_record(name).rule for name in names} == {"prepare_audio"}
    assert counted.calls == 300


def test_a_snakemake_that_keeps_more_or_reads_otherwise_is_left_alone(monkeypatch):
    larger = lru_cache(2 * KEPT)(lambda self, key: None)
    for other in (larger, lru_cache(None)(larger.__wrapped__), larger.__wrapped__):
        monkeypatch.setattr(FilePersistence, "_read_record_cached", other)
        hasten()
        assert FilePersistence._read_record_cached is other


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"rule": "a"}', '{"rule": "é \\u00e9"}'])
@pytest.mark.parametrize("key", ["r/a.wav", "r/" + 300 * "a"])  # a long one lies in folders
def test_a_record_is_read_as_without(hastened, tmp_path, text, key):
    records = FilePersistence(path=tmp_path / ".snakemake")
    if text is not None:
        records._io_write(records._metadata_path, {}, key)
        Path(records._record_path(records._metadata_path, key)).write_text(text)
    expected = FilePersistence._io_read.__wrapped__(records, records._metadata_path, key)
    assert records._io_read(records._metadata_path, key) == expected


@pytest.mark.parametrize("mark", ["", "temp", "storage_object"])
def test_a_file_with_a_flag_is_asked_whether_it_is_kept_elsewhere(hastened, mark):
    file = IOFile(flag("a.wav", mark, SimpleNamespace()) if mark else "a.wav")
    asked = _IOFile.is_storage.fget.args[0]
    assert file.is_storage is asked(file) is (mark == "storage_object")
    assert IOFile(AnnotatedString("a.wav")).is_storage is False


@pytest.mark.parametrize("pattern", ["r/{name}.wav", "r/a.wav", "r/a.{kind}", "{all}"])
@pytest.mark.parametrize("target", ["r/a.wav", "r/a.wavs", "r/b.wav", "q/a.wav", "r/a_wav"])
def test_a_file_matches_a_pattern_as_without(hastened, pattern, target):
    found = IOFile(pattern).match(target)
    expected = _IOFile.match.__wrapped__(IOFile(pattern), target)
    assert (found and found.groupdict()) == (expected and expected.groupdict())


def test_no_regular_expression_is_made_of_what_begins_in_another_way(hastened):
    file = IOFile("r/a.wav")
    assert file.match("r/b.wav") is None
    assert file._regex is None


@given(st.lists(PATHS, max_size=4))
def test_what_snakemake_refuses_lies_within_another(paths):
    hasten()
    jobs = [Made([IOFile(path)], number) for number, path in enumerate(paths)]
    dag = Made(jobs=jobs)
    try:
        DAG.check_directory_outputs.__wrapped__(dag)
    except ChildIOException:
        with pytest.raises(ChildIOException):
            DAG.check_directory_outputs(dag)
    else:
        DAG.check_directory_outputs(dag)


def test_paths_are_not_compared_where_none_is_the_folder_of_another(monkeypatch):
    monkeypatch.setattr(DAG, "check_directory_outputs", lambda self: 1 / 0)
    hasten()
    DAG.check_directory_outputs(Made(jobs=[Made(["a/b.c", "a/b"]), Made(["a/b.d", "a/bb/c"])]))
    with pytest.raises(ZeroDivisionError):
        DAG.check_directory_outputs(Made(jobs=[Made(["a/b.c", "a/b"]), Made(["a/b/d"])]))


def test_a_method_that_is_not_there_is_left_alone_and_one_is_asked_for_once():
    only_where(bool, Made, "missing")
    hasten()
    once = _IOFile.match
    hasten()
    assert not hasattr(Made, "missing") and _IOFile.match is once


def test_a_scheduler_that_will_look_again_sets_no_further_alarm(hastened):
    scheduler = Made()
    scheduler._open_jobs = Semaphore(0)
    for _ in range(2):
        for _ in range(5):
            JobScheduler._schedule_reevalutation(scheduler, 0.2)
        assert scheduler._open_jobs.acquire(timeout=30)
        assert not scheduler._open_jobs.acquire(timeout=0.5)


def test_a_nearer_alarm_does_not_wait_for_a_later_one(hastened):
    scheduler = Made()
    scheduler._open_jobs = Semaphore(0)
    for delay in (3, 0.1):
        JobScheduler._schedule_reevalutation(scheduler, delay)
    assert scheduler._open_jobs.acquire(timeout=2)
    assert scheduler._open_jobs.acquire(timeout=30)


def test_a_jobs_inputs_are_read_once_when_it_has_ended_however_many_results_it_has(
    monkeypatch, tmp_path
):
    inputs = [IOFile(str(tmp_path / name)) for name in ("a", "b")]

    async def checksum(file, threshold=None):
        read.append(file)
        return f"{file} {threshold} {len(read)}"

    async def finished(persistence, job):
        for _ in job.output:
            noted.append([await file.checksum(100) for file in inputs])

    monkeypatch.setattr(_IOFile, "checksum", checksum)
    monkeypatch.setattr(PersistenceBase, "finished", finished)
    hasten()
    read, noted = [], []
    for jobs in (1, 2):
        asyncio.run(FilePersistence.finished(None, Made(output=["x", "y", "z"])))
        assert len(read) == 2 * jobs and noted[-3:] == [noted[-1]] * 3
    assert noted[0] != noted[-1]  # what changed between two jobs is seen
    asyncio.run(inputs[0].checksum())
    asyncio.run(inputs[0].checksum())
    assert len(read) == 6


class Made:
    """A job with results, or a plan with jobs."""

    def __init__(self, output=(), number=0, jobs=()):
        self.output, self.number, self.jobs = output, number, jobs

    def __lt__(self, other):
        return self.number < other.number


class Counted:
    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)
