"""What a command costs: seconds, CPU-seconds and memory of its process and all it starts.

Import nothing large here: a child's peak memory begins with that of the process that started it.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

# one thread each, whatever a library takes by default
ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"], "1"
)


class Cost(NamedTuple):
    status: int
    seconds: float
    cpu_seconds: float  # user and system
    peak_mb: float  # of the largest process


def measure(command: list, log: Path, *, cwd: Path | None = None) -> Cost:
    """Run a command to its end, its output in `log`.

    >>> measure(["true"], Path(os.devnull)).status
    0
    """
    begun = time.monotonic()
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
    seconds = time.monotonic() - begun
    return Cost(
        process.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    )
