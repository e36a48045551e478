"""Locks that end with the process which holds them: those of runs, and those of jobs.

The lock of a run that was killed is no lock: runs that live can be told from those that are dead.
Snakemake locks what a run works on with files in `.snakemake/locks`, which outlive a run that was killed, and
then wants `--unlock`. So every run holds a shared lock of the system's on a file beside, which ends with it.
Who finds that nobody holds one knows that the locks that lie there are nobody's.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO

_held: list[int] = []  # until this process ends


def drop_dead_locks(folder=".snakemake") -> bool:
    """Remove the locks of runs that are dead, and say whether there were any. Held until the process ends.

    Where a run is alive nothing is done: Snakemake says then whether the two are in each other's way. Nor
    on a disk that knows no such locks.
    """
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    file = os.open(folder / "diarflow.lock", os.O_RDWR | os.O_CREAT, 0o666)
    _held.append(file)
    dead = []
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        dead = list(Path(folder, "locks").glob("*.lock"))
        for lock in dead:
            lock.unlink()
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_SH)
    return bool(dead)


def own(path) -> TextIO:
    """A file of this process's alone, to be read and written; waits while another process has it.

    Who has it may remove it.
    """
    while True:
        file = open(path, "a+")  # noqa: SIM115 - the caller closes it
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                return file
        file.close()
