"""What SLURM gives a job of Snakemake's of memory, and what the job has taken of it."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

SHARE = 0.9  # of what is given: SLURM kills the whole job at all of it
EVERY = 0.05  # seconds
# what a job that Snakemake submitted is run by; a person's own allocation, in which Snakemake may run too, has none
_RUNNER = b"slurm-jobstep"


class Memory:
    """That of the SLURM job which this process is a part of."""

    def __init__(self, given: int, others: list[int]):
        self.given = given  # MB
        self._others = others

    @classmethod
    def here(cls, asked: int | None) -> "Memory | None":
        """None outside of such jobs. What was asked for counts where SLURM does not say what it gave, as in steps of jobs."""
        job = os.environ.get("SLURM_JOB_ID")
        given = given_memory(asked)
        if not (job and given):
            return None
        others = list(_processes(job))
        submitted = any(_RUNNER in _said(one, "cmdline") for one in others)
        return cls(given, others) if submitted else None

    def is_short(self, child: int) -> bool:
        """Whether a child that was started since takes what is left; shared pages count once, as SLURM's cgroups do it."""
        return held([*self._others, child]) > SHARE * self.given * 2**20


def given_memory(asked: int | None) -> int:
    """MB that SLURM says it gave, or what was asked for; 0 where that is not known either."""
    return int(os.environ.get("SLURM_MEM_PER_NODE") or asked or 0)


def held(processes: Iterable[int]) -> int:
    """Bytes that processes hold, each its share of what they have in common; one that has ended holds none."""
    kilobytes = 0
    for process in processes:
        with suppress(OSError):
            said = Path(f"/proc/{process}/smaps_rollup").read_text()
            kilobytes += int(re.search(r"^Pss:\s+(\d+) kB", said, re.M)[1])
    return kilobytes * 1024


def _processes(job: str) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*"):
        if f"SLURM_JOB_ID={job}".encode() in _said(path.name, "environ"):
            yield int(path.name)


def _said(process: int | str, what: str) -> list[bytes]:
    """The words of a process's command line, or its environment; none where it has ended or is another person's."""
    try:
        return Path(f"/proc/{process}/{what}").read_bytes().split(b"\0")
    except OSError:
        return []
