"""What SLURM gives a job of memory, and what the job has taken of it."""

import os
from contextlib import suppress

SHARE = 0.9  # of what is given: SLURM kills the whole job at all of it
EVERY = 0.2  # seconds


class Memory:
    """That of the SLURM job which this process is a part of."""

    def __init__(self, given: int, job: str):
        import psutil

        self.given = given  # MB
        self._others = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("SLURM_JOB_ID") == job:
                    self._others.append(process)

    @classmethod
    def here(cls, asked: int | None) -> "Memory | None":
        """None outside of SLURM. What was asked for counts where SLURM does not say what it gave, as in steps of jobs."""
        job = os.environ.get("SLURM_JOB_ID")
        given = int(os.environ.get("SLURM_MEM_PER_NODE") or asked or 0)
        return cls(given, job) if job and given else None

    def is_short(self, child: int) -> bool:
        """Whether a child that was started since takes what is left; shared pages count once, as SLURM's cgroups do it."""
        import psutil

        held = 0
        for process in [*self._others, psutil.Process(child)]:
            with suppress(psutil.Error):
                held += process.memory_full_info().pss
        return held > SHARE * self.given * 2**20
