"""Patches of Snakemake: each gives the result of the patched method."""

import asyncio
import gc
from threading import Semaphore

import pytest
import snakemake
import snakemake.api
from hypothesis import given
from hypothesis import strategies as st
from snakemake.dag import DAG
from snakemake.exceptions import ChildIOException
from snakemake.io import IOFile, _IOFile
from snakemake.persistence import PersistenceBase
from snakemake.persistence.file import FilePersistence
from snakemake.scheduling.job_scheduler import JobScheduler

from diarflow.planning import snakemake_patches
from diarflow.planning.snakemake_patches import FEWEST_RECORDINGS, apply

PATCHED = [
    (_IOFile, "match"),
    (DAG, "check_directory_outputs"),
    (JobScheduler, "_schedule_reevalutation"),
    (PersistenceBase, "finished"),
    (_IOFile, "checksum"),
    (FilePersistence, "_read_record_cached"),
    (FilePersistence, "_io_read"),
    (PersistenceBase, "has_metadata"),
    (PersistenceBase, "has_outdated_metadata"),
    (PersistenceBase, "params_changed"),
]
PATHS = st.lists(st.sampled_from(("a", "b", "a.b", ".")), min_size=1, max_size=3).map("/".join)


def is_current(job):
    return "current" in job.output


class Jobs:
    """A job with outputs, or a plan with jobs."""

    def __init__(self, output=(), number=0, jobs=()):
        self.output, self.number, self.jobs = output, number, jobs

    def __lt__(self, other):
        return self.number < other.number


@pytest.fixture(autouse=True, scope="module")
def patched():
    methods = [getattr(*place) for place in PATCHED]
    threshold = gc.get_threshold()
    assert apply(FEWEST_RECORDINGS, is_current)
    yield
    gc.set_threshold(*threshold)
    for (owner, name), method in zip(PATCHED, methods, strict=True):
        setattr(owner, name, method)


def test_another_version_and_a_small_plan_are_not_patched(monkeypatch):
    assert not apply(FEWEST_RECORDINGS - 1, is_current)
    monkeypatch.setattr(snakemake, "__version__", "9.27.2")
    assert not apply(FEWEST_RECORDINGS, is_current)


def test_a_second_call_patches_nothing_again():
    method = _IOFile.match
    apply(FEWEST_RECORDINGS, is_current)
    assert _IOFile.match is method


@pytest.mark.parametrize("pattern", ["r/{name}.wav", "r/a.wav", "r/a.{kind}", "{all}"])
@pytest.mark.parametrize("target", ["r/a.wav", "r/a.wavs", "r/b.wav", "q/a.wav", "r/a_wav"])
def test_a_file_matches_a_pattern_as_without_the_patch(pattern, target):
    match = IOFile(pattern).match(target)
    expected = _IOFile.match.__wrapped__(IOFile(pattern), target)
    assert (match and match.groupdict()) == (expected and expected.groupdict())


def test_no_regular_expression_is_compiled_for_another_prefix():
    file = IOFile("r/a.wav")
    assert file.match("r/b.wav") is None
    assert file._regex is None


@given(st.lists(PATHS, max_size=4))
def test_the_same_nested_outputs_are_refused_as_without_the_patch(paths):
    jobs = [Jobs([IOFile(path)], number) for number, path in enumerate(paths)]
    dag = Jobs(jobs=jobs)
    try:
        DAG.check_directory_outputs.__wrapped__(dag)
    except ChildIOException:
        with pytest.raises(ChildIOException):
            DAG.check_directory_outputs(dag)
    else:
        DAG.check_directory_outputs(dag)


def test_outputs_are_compared_only_if_some_are_nested(monkeypatch):
    monkeypatch.setattr(DAG, "check_directory_outputs", lambda self: 1 / 0)
    snakemake_patches._only_if(
        snakemake_patches._has_nested_outputs, DAG, "check_directory_outputs"
    )
    DAG.check_directory_outputs(Jobs(jobs=[Jobs(["a/b.c", "a/b"]), Jobs(["a/b.d", "a/bb/c"])]))
    with pytest.raises(ZeroDivisionError):
        DAG.check_directory_outputs(Jobs(jobs=[Jobs(["a/b.c", "a/b"]), Jobs(["a/b.d", "a/b/d"])]))


def test_a_scheduler_with_a_timer_sets_no_other():
    scheduler = Jobs()
    scheduler._open_jobs = Semaphore(0)
    for _ in range(2):
        for _ in range(5):
            JobScheduler._schedule_reevalutation(scheduler, 0.1)
        assert scheduler._open_jobs.acquire(timeout=30)
        assert not scheduler._open_jobs.acquire(timeout=0.3)


def test_a_shorter_timer_does_not_wait_for_a_longer_one():
    scheduler = Jobs()
    scheduler._open_jobs = Semaphore(0)
    for delay in (60, 0.1):
        JobScheduler._schedule_reevalutation(scheduler, delay)
    assert scheduler._open_jobs.acquire(timeout=30)
    (longer,) = scheduler._timers.values()
    longer.cancel()


def test_the_checksum_of_an_input_is_computed_once_when_a_job_has_ended(monkeypatch, tmp_path):
    inputs = [IOFile(str(tmp_path / name)) for name in ("a", "b")]
    computed, recorded = [], []

    async def checksum(file, threshold=None):
        computed.append(file)
        return f"{file} {threshold} {len(computed)}"

    async def finished(persistence, job):
        for _ in job.output:
            recorded.append([await file.checksum(100) for file in inputs])

    monkeypatch.setattr(_IOFile, "checksum", checksum)
    monkeypatch.setattr(PersistenceBase, "finished", finished)
    apply(FEWEST_RECORDINGS, is_current)
    for jobs in (1, 2):
        asyncio.run(FilePersistence.finished(None, Jobs(output=["x", "y", "z"])))
        assert len(computed) == 2 * jobs and recorded[-3:] == [recorded[-1]] * 3
    assert recorded[0] != recorded[-1]  # a file that changes between two jobs is seen
    asyncio.run(inputs[0].checksum())
    asyncio.run(inputs[0].checksum())
    assert len(computed) == 6


def test_a_record_is_read_once_for_a_job_with_many_outputs(tmp_path):
    reads = []

    class Records(FilePersistence):
        _metadata_path = tmp_path

        def __init__(self):
            pass

        def _io_read(self, folder, key):
            reads.append(key)

    records = Records()
    for _ in range(4):
        for number in range(300):
            records._read_record(f"results/{number}")
    assert len(reads) == 300


def test_the_records_of_a_job_with_current_parameters_are_not_read(monkeypatch):
    methods = ("has_metadata", "has_outdated_metadata", "params_changed")
    for name in methods:
        monkeypatch.setattr(PersistenceBase, name, lambda persistence, job: "compared")
    apply(FEWEST_RECORDINGS, is_current)
    results = [
        [getattr(FilePersistence, name)(None, Jobs(output=[output])) for name in methods]
        for output in ("current", "other")
    ]
    assert results == [[True, False, False], ["compared"] * 3]
