"""File locks that end with the process that holds them, for runs and for jobs.

Snakemake locks the files of a run with lock files in `.snakemake/locks`. They outlive a run that was killed,
and the next run then stops and demands `--unlock`. To distinguish stale lock files from those of a live run, each run
holds a shared system lock (flock) on `.snakemake/diarflow.lock`. If no other process holds it, the lock files are stale.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from diarflow.atomic import move_folder_aside

LOCK = Path(".snakemake/diarflow.lock")
_open_locks: list[int] = []  # descriptors that stay open until this process ends


def remove_stale_locks(folder=LOCK.parent) -> bool:
    """Hold the lock of a run until this process ends, and return whether stale lock files were removed.

    Nothing is removed while another run is alive: Snakemake then checks whether the two conflict.
    Nothing is removed on a file system without flock.
    """
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    descriptor = _open_lock(folder / LOCK.name)
    stale: list[Path] = []
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stale = list(Path(folder, "locks").glob("*.lock"))
        for path in stale:
            path.unlink()
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    return bool(stale)


def hold_lock(path) -> None:
    """Hold the lock of a run below the prefix of a module until this process ends."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # of a file system without flock
        fcntl.flock(_open_lock(path), fcntl.LOCK_SH)


def _open_lock(path: Path) -> int:
    move_folder_aside(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    _open_locks.append(descriptor)
    return descriptor


def is_run_alive(lock=LOCK) -> bool:
    """Return whether a process holds the lock of a run, or True if the lock cannot be tested."""
    try:
        with open(lock, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def exclusive_file(path, on_wait: Callable[[str], None] = lambda content: None) -> TextIO:
    """Open a file to read and write, locked for this process alone. Wait while another process has it.

    `on_wait` is called once before waiting, with the content of the file. The holder may remove the file.
    """
    while True:
        file = open(path, "a+", encoding="utf-8", errors="replace")  # noqa: SIM115 - the caller closes it
        with suppress(OSError):  # of a file system without flock
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                on_wait(file.read())
                on_wait = lambda content: None  # noqa: E731
                fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                return file
        file.close()
