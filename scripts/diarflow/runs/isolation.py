"""Isolation of recordings that crash a job, exceed its time limit or exhaust its memory.

A crash of a library or a lack of memory ends the whole process of a job. If the mark of an earlier attempt exists
(runs/marks.py), the job processes each recording in a child process, so that only the recording at fault fails.
"""

import ctypes
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import cast

from diarflow.errors import InputError
from diarflow.runs.slurm_memory import POLL_SECONDS, SlurmMemory, TooLittleMemoryError

PR_SET_PDEATHSIG = 1  # of prctl(2)
JOB_FAILED = 75  # exit status of a child if the error is not the recording's fault
MEMORY_FAILED = 76  # exit status of a child that raised MemoryError
_TICK = 0.5  # seconds between two looks at a child


def run_in_child(
    work: Callable[[], None], *, time_limit: float | None, memory: SlurmMemory | None
) -> InputError | None:
    """Run `work` in a forked child process. Return the error if the child dies or exceeds a limit.

    The error is a TooLittleMemoryError if the child was killed, exceeded the memory or raised MemoryError.
    Raises SystemExit if `work` raises another error, so that the job fails.
    """
    # a forked child shares the loaded models
    child = get_context("fork").Process(target=_run, args=(work,))
    child.start()
    if error := _wait(child, time_limit, memory):
        child.kill()
        child.join()
        return error
    status = child.exitcode or 0
    if status == JOB_FAILED:
        raise SystemExit(1)
    if status == MEMORY_FAILED:
        return TooLittleMemoryError("MemoryError: needs more memory than there is")
    if status == -signal.SIGKILL:
        return TooLittleMemoryError("the process was ended by SIGKILL; is there too little memory?")
    if status < 0:
        return InputError(f"the process was ended by {signal_name(-status)}")
    return InputError(f"the process ended with status {status}") if status else None


def signal_name(number: int) -> str:
    return signal.Signals(number).name if number in list(signal.Signals) else f"signal {number}"


def _run(work: Callable[[], None]) -> None:
    die_with_parent()
    try:
        work()
    except Exception as error:
        sys.excepthook(*sys.exc_info())
        sys.exit(MEMORY_FAILED if isinstance(error, MemoryError) else JOB_FAILED)


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends: a killed job must leave no child. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait(
    child: BaseProcess, seconds: float | None, memory: SlurmMemory | None
) -> InputError | None:
    """Wait for a child to end. Return an error as soon as it exceeds the time limit or the memory.

    Only time in which this process runs counts. A shell (Ctrl-Z), a container or a virtual machine stops both.
    """
    tick = POLL_SECONDS if memory else _TICK if seconds else None
    worked, last = 0.0, time.monotonic()
    while child.is_alive():
        left = seconds - worked if seconds else None
        if left is not None and left <= 0:
            return InputError(f"exceeded the time limit of {seconds:g} s")
        if memory and memory.is_short(cast(int, child.pid)):
            return TooLittleMemoryError(memory.message())
        child.join(min(tick, left) if tick and left else tick)
        now = time.monotonic()
        worked, last = worked + min(now - last, 2 * (tick or 0.0)), now
    return None
