"""What SLURM gives a job of Snakemake's of memory, and what the job has taken of it."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

SHARE = 0.9  # of what is given: SLURM kills the whole job at all of it
EVERY = 0.2  # seconds
# the plugin calls jobs after the run; a person's own allocation, in which Snakemake may run too, has another name
_NAME = re.compile(r".*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Memory:
    """That of the SLURM job which this process is a part of."""

    def __init__(self, given: int, job: str):
        self.given = given  # MB
        self._others = list(_processes(job))

    @classmethod
    def here(cls, asked: int | None) -> "Memory | None":
        """None outside of such jobs. What was asked for counts where SLURM does not say what it gave, as in steps of jobs."""
        job = os.environ.get("SLURM_JOB_ID")
        given = int(os.environ.get("SLURM_MEM_PER_NODE") or asked or 0)
        submitted = _NAME.fullmatch(os.environ.get("SLURM_JOB_NAME", ""))
        return cls(given, job) if job and given and submitted else None

    def is_short(self, child: int) -> bool:
        """Whether a child that was started since takes what is left; shared pages count once, as SLURM's cgroups do it."""
        return held([*self._others, child]) > SHARE * self.given * 2**20


def held(processes: Iterable[int]) -> int:
    """Bytes that processes hold, each its share of what they have in common; one that has ended holds none."""
    kilobytes = 0
    for process in processes:
        with suppress(OSError):
            said = Path(f"/proc/{process}/smaps_rollup").read_text()
            kilobytes += int(re.search(r"^Pss:\s+(\d+) kB", said, re.M)[1])
    return kilobytes * 1024


def _processes(job: str) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"SLURM_JOB_ID={job}".encode() in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)
