"""Time and memory of a command: its process and all processes that it starts.

Start `measure` from a process without large libraries: on Linux, the peak memory of a child begins with that of the
process that started it.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

# some libraries use all cores by default
ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"], "1"
)


class Cost(NamedTuple):
    status: int
    seconds: float
    cpu_seconds: float  # user and system time of all processes
    peak_mb: float  # of the largest process


def measure(command: list, log: Path | str = os.devnull, *, cwd: Path | None = None) -> Cost:
    """Run a command to its end with its output in `log`.

    >>> measure(["true"]).status
    0
    """
    start = time.monotonic()
    with open(log, "w") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=os.environ | ONE_THREAD,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    return Cost(
        process.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    )
