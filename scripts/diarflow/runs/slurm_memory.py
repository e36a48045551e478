"""Memory allocation of a SLURM job that Snakemake submitted, and the memory that the job uses."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from diarflow.errors import InputError

LIMIT_SHARE = 0.9  # of the allocation: SLURM kills the whole job when all of it is used
POLL_SECONDS = 0.05
# Snakemake starts the jobs that it submits with this executor. A user's interactive allocation, in which
# Snakemake itself may run, has no process with it.
_EXECUTOR = b"slurm-jobstep"


class TooLittleMemoryError(InputError):
    """A recording needs more memory than its job has. The next attempt of the job has more, if there is one."""


class SlurmMemory:
    """Memory of the SLURM job that this process belongs to.

    `allocated` is in MB; `processes` are the ids of the job's processes so far.
    """

    def __init__(self, allocated: int, processes: list[int]):
        self.allocated = allocated
        self._processes = processes

    @classmethod
    def of_this_job(cls, requested: int | None) -> "SlurmMemory | None":
        """Return the memory of this job, or None outside of the jobs that Snakemake submits to SLURM."""
        job = os.environ.get("SLURM_JOB_ID")
        allocated = allocated_memory(requested)
        if not (job and allocated):
            return None
        processes = list(_processes_of(job))
        submitted = any(_EXECUTOR in _read_strings(process, "cmdline") for process in processes)
        return cls(allocated, processes) if submitted else None

    def is_short(self, child: int) -> bool:
        """Return whether the job, with a child process started since, exceeds its share of the allocation."""
        used = proportional_memory([*self._processes, child])
        return used > LIMIT_SHARE * self.allocated * 2**20

    def message(self) -> str:
        """Return the reason for which a recording is set aside."""
        return (
            f"needs more memory than the {self.allocated} MB that SLURM allocated to the job; "
            "raise mem_mb of this rule in the profile"
        )


def allocated_memory(requested: int | None) -> int:
    """Return the MB that SLURM allocated, else the MB that were requested, else 0.

    SLURM sets no variable for the steps of some jobs.
    """
    return int(os.environ.get("SLURM_MEM_PER_NODE") or requested or 0)


def proportional_memory(processes: Iterable[int]) -> int:
    """Return the bytes that processes use; a page that several share counts once, as in SLURM's cgroups.

    A process that has ended counts 0.
    """
    kilobytes = 0
    for process in processes:
        with suppress(OSError):
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            if match := re.search(r"^Pss:\s+(\d+) kB", rollup, re.M):
                kilobytes += int(match[1])
    return kilobytes * 1024


def _processes_of(job: str) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*"):
        if f"SLURM_JOB_ID={job}".encode() in _read_strings(path.name, "environ"):
            yield int(path.name)


def _read_strings(process: int | str, name: str) -> list[bytes]:
    """Return the strings of /proc/{process}/{name}; none if it has ended or belongs to another user."""
    try:
        return Path(f"/proc/{process}/{name}").read_bytes().split(b"\0")
    except OSError:
        return []
