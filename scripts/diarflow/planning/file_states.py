"""States of the files below `results/`, a scan of each folder as of the first question about it."""

import os
from contextlib import suppress
from functools import cache
from stat import S_ISREG
from typing import NamedTuple

from diarflow.prefix import prefixed


class FileState(NamedTuple):
    """Size in bytes and modification time of a file, in seconds and in nanoseconds. A folder has `is_file` false."""

    size: int
    mtime: float
    mtime_ns: int
    is_file: bool


@cache
def _states(folder: str) -> dict[str, FileState]:
    states = {}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            try:
                of_entry = entry.stat()
            except FileNotFoundError:  # an unfinished file of a running job
                continue
            times = of_entry.st_mtime, of_entry.st_mtime_ns
            states[entry.name] = FileState(of_entry.st_size, *times, S_ISREG(of_entry.st_mode))
    return states


def file_state(path: str) -> FileState | None:
    """Return the state of a file or folder; None if it does not exist."""
    folder, _, name = prefixed(path).rpartition("/")
    return _states(folder or ".").get(name)


def modification_time(path: str) -> float | None:
    """Return the modification time of a file in seconds; None if there is no such file."""
    state = file_state(path)
    return state.mtime if state and state.is_file else None


def restamp(path: str, mtime_ns: int) -> None:
    """Set the modification time of a file, in nanoseconds."""
    os.utime(prefixed(path), ns=(mtime_ns, mtime_ns))
    folder, _, name = prefixed(path).rpartition("/")
    if state := file_state(path):
        _states(folder or ".")[name] = state._replace(mtime=mtime_ns / 1e9, mtime_ns=mtime_ns)


def forget(path: str) -> None:
    """Treat a file as missing from now on."""
    folder, _, name = prefixed(path).rpartition("/")
    _states(folder or ".").pop(name, None)


def scan_again() -> None:
    """Forget all states, so that the next questions scan the folders again."""
    _states.cache_clear()
