"""Isolation of recordings that crash a job, exceed its time limit or exhaust its memory.

A crash of a library or a lack of memory ends the whole process of a job. Each job therefore keeps a mark file next to
its log while it works. If the mark of an earlier attempt exists, the job processes each recording in a child process,
so that only the recording at fault fails.
"""

import ctypes
import math
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO, cast

from diarflow.atomic import UNFINISHED_PREFIX, remove_unfinished
from diarflow.errors import InputError
from diarflow.runs.locks import exclusive_file
from diarflow.runs.slurm_memory import POLL_SECONDS, SlurmMemory

PR_SET_PDEATHSIG = 1  # of prctl(2)
JOB_FAILED = 75  # exit status of a child if the error is not the recording's fault


class TooLittleMemoryError(InputError):
    """A recording needs more memory than the MB that SLURM allocated to the job."""

    def __init__(self, allocated: int):
        super().__init__(
            f"needs more memory than the {allocated} MB that SLURM allocated to the job; "
            "raise mem_mb of this rule in the profile"
        )
        self.allocated = allocated


def mark_path(log: str) -> Path:
    """Return the path of the mark of a job that has begun."""
    return Path(f"{log}.begun")


@contextmanager
def begun(log: str, outputs: Iterable[list[str]], memory: int) -> Iterator[int | None]:
    """Mark a job as begun. Yield the memory in MB of an earlier attempt that died, or None.

    The mark holds the prefix of the unfinished files of this attempt, and its `memory`. Unfinished files of a dead
    attempt are removed. If the same job of a killed run is still at work, wait until it ends.
    After a TooLittleMemoryError the mark stays, with memory 0: the next attempt then counts as one with more memory.
    """
    path = mark_path(log)
    with exclusive_file(path) as file:
        file.seek(0)
        dead_prefix, _, previous_memory = file.read().partition("\n")
        if dead_prefix:
            remove_unfinished(dead_prefix, (path for paths in outputs for path in paths))
        _write_mark(file, memory)
        try:
            yield int(previous_memory or 0) if dead_prefix else None
        except TooLittleMemoryError:
            _write_mark(file, 0)
            raise
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        path.unlink(missing_ok=True)


def _write_mark(file: TextIO, memory: int) -> None:
    file.seek(0)
    file.truncate()
    file.write(f"{UNFINISHED_PREFIX}\n{memory}")
    file.flush()


def run_in_child(
    work: Callable[[], None],
    *,
    time_limit: float | None,
    memory: SlurmMemory | None,
    previous_memory: int = 0,
) -> InputError | None:
    """Run `work` in a forked child process. Return the error if the child dies or exceeds a limit.

    Raises SystemExit if `work` raises an error, so that the job fails.
    Raises TooLittleMemoryError if the child exceeds the memory and the job has at most `previous_memory` MB, those of
    the attempt that died. The next attempt has more.
    """
    # a forked child shares the loaded models
    child = get_context("fork").Process(target=_run, args=(work,))
    child.start()
    if error := _wait(child, time_limit, memory):
        child.kill()
        child.join()
        if isinstance(error, TooLittleMemoryError) and error.allocated <= previous_memory:
            raise error
        return error
    status = child.exitcode or 0
    if status < 0:
        name = signal.Signals(-status).name
        hint = "; is there too little memory?" if name == "SIGKILL" else ""
        return InputError(f"the process was ended by {name}{hint}")
    if status == JOB_FAILED:
        raise SystemExit(1)
    if status:
        return InputError(f"the process ended with status {status}")
    return None


def _run(work: Callable[[], None]) -> None:
    _die_with_parent()
    try:
        work()
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.exit(JOB_FAILED)


def _die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends: a killed job must leave no child. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait(
    child: BaseProcess, seconds: float | None, memory: SlurmMemory | None
) -> InputError | None:
    """Wait for a child to end. Return an error as soon as it exceeds the time limit or the memory."""
    end = time.monotonic() + seconds if seconds else math.inf
    while child.is_alive():
        left = end - time.monotonic()
        if left <= 0:
            return InputError(f"exceeded the time limit of {seconds:g} s")
        if memory and memory.is_short(cast(int, child.pid)):
            return TooLittleMemoryError(memory.allocated)
        child.join(min(POLL_SECONDS, left) if memory else left if seconds else None)
    return None
