"""Memory of SLURM jobs, with a folder of texts in place of /proc."""

import pytest

from diarflow.runs import slurm_memory as module
from diarflow.runs.slurm_memory import SlurmMemory, allocated_memory, proportional_memory

JOB = "4711"
EXECUTOR = "python -m snakemake --executor slurm-jobstep"


@pytest.fixture
def processes(tmp_path, monkeypatch):
    """Return a function that writes a process with its job, command and proportional memory in kB."""

    class Proc(type(tmp_path)):
        """Path below the folder instead of /proc."""

        def __new__(cls, path):
            return type(tmp_path)(str(path).replace("/proc", str(tmp_path), 1))

    monkeypatch.setattr(module, "Path", Proc)
    monkeypatch.setenv("SLURM_JOB_ID", JOB)
    monkeypatch.delenv("SLURM_MEM_PER_NODE", raising=False)

    def write(process, *, job=JOB, command="python", memory=1024):
        folder = tmp_path / str(process)
        folder.mkdir()
        (folder / "environ").write_bytes(f"HOME=/root\0SLURM_JOB_ID={job}\0".encode())
        (folder / "cmdline").write_bytes(command.replace(" ", "\0").encode())
        (folder / "smaps_rollup").write_text(f"Rss: {9 * memory} kB\nPss:    {memory} kB\n")

    return write


def test_a_page_that_processes_share_counts_once_and_a_process_that_ended_not(processes):
    """Pss is the proportional set size, as in SLURM's cgroups."""
    processes(1, memory=3)
    processes(2, memory=4)
    assert proportional_memory([1, 2, 3]) == 7 * 1024


def test_the_memory_that_slurm_allocated_counts_before_what_was_requested(monkeypatch):
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "1200")
    assert allocated_memory(1500) == 1200
    monkeypatch.delenv("SLURM_MEM_PER_NODE")
    assert (allocated_memory(1500), allocated_memory(None)) == (1500, 0)


def test_a_job_is_short_of_memory_above_nine_tenths_of_its_allocation(processes):
    """90 % of 100 MB are 92,160 kB. Processes of other jobs do not count."""
    processes(1, command=EXECUTOR, memory=42_160)
    processes(2, memory=40_000)
    processes(3, job="1", memory=10**9)
    memory = SlurmMemory.of_this_job(100)
    processes(4, memory=10_000)
    processes(5, memory=10_001)
    assert not memory.is_short(4) and memory.is_short(5)
    assert memory.message() == (
        "needs more memory than the 100 MB that SLURM allocated to the job; "
        "raise mem_mb of this rule in the profile"
    )


@pytest.mark.parametrize("command", ["python -m snakemake", "salloc"])
def test_an_allocation_without_a_job_of_snakemake_has_no_limit(processes, command):
    processes(1, command=command)
    processes(2, command=EXECUTOR, job="1")
    assert SlurmMemory.of_this_job(100) is None


def test_a_process_outside_of_slurm_or_without_a_known_allocation_has_no_limit(
    processes, monkeypatch
):
    processes(1, command=EXECUTOR)
    assert SlurmMemory.of_this_job(None) is None
    monkeypatch.delenv("SLURM_JOB_ID")
    assert SlurmMemory.of_this_job(100) is None


def test_processes_of_other_users_are_skipped(processes, tmp_path):
    processes(1, command=EXECUTOR)
    (tmp_path / "2").mkdir()  # its environment cannot be read
    assert SlurmMemory.of_this_job(100).allocated == 100
