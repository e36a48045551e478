"""Marks of jobs at work: a file beside the log, with the process that works on it. It stays if the process dies.

The process holds a lock on the file, so that the same job of a later run waits for it.
"""

import json
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from diarflow.atomic import UNFINISHED_PREFIX, move_folder_aside, remove_own, remove_unfinished
from diarflow.errors import visible
from diarflow.runs.locks import exclusive_file
from diarflow.runs.log import announce
from diarflow.runs.slurm_memory import TooLittleMemoryError


def mark_path(log: str) -> Path:
    """Return the path of the mark of a job that has begun."""
    return Path(f"{log}.begun")


@contextmanager
def begun(log: str, outputs: Iterable[list[str]]) -> Iterator[bool]:
    """Mark a job as begun. Yield whether an earlier attempt died or had too little memory.

    Unfinished files of the earlier attempt are removed. If the same job of a killed run is still at work, wait until
    it ends, and announce this. After a lack of memory the mark stays, so that the next attempt isolates each recording.
    """
    path = mark_path(log)
    move_folder_aside(path)
    with exclusive_file(path, _announce_waiting) as file:
        file.seek(0)
        earlier = file.read()
        if earlier:
            paths = [path for paths in outputs for path in paths]
            remove_unfinished(earlier.partition("\n")[0], paths)
        file.seek(0)
        file.truncate()
        file.write(f"{UNFINISHED_PREFIX}\n{json.dumps(_this_process())}\n")
        file.flush()
        try:
            yield bool(earlier)
        except (MemoryError, TooLittleMemoryError):
            raise
        except BaseException:
            remove_own(path)
            raise
        remove_own(path)


def _this_process() -> dict[str, Any]:
    return {
        "process": os.getpid(),
        "host": platform.node(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        "slurm_job": os.environ.get("SLURM_JOB_ID", ""),
    }


def _announce_waiting(mark: str) -> None:
    announce(waiting_line(mark))


def waiting_line(mark: str) -> str:
    """Return a line about the process that is waited for, from the content of its mark.

    >>> waiting_line('.0-7.\\n{"process": 7, "host": "node1", "since": "2026-11-28 12:00:00", "slurm_job": ""}\\n')
    'waiting for the same job of an earlier run: process 7 on node1, since 2026-11-28 12:00:00; to end it: kill -KILL 7'
    """
    start = "waiting for the same job of an earlier run"
    try:
        facts = json.loads(mark.partition("\n")[2])
        process, host, since = int(facts["process"]), str(facts["host"]), str(facts["since"])
        slurm_job = str(facts["slurm_job"])
    except (ValueError, KeyError, TypeError):
        return f"{start}, which another process on this disk executes"
    end = f"scancel {slurm_job}" if re.fullmatch(r"\d+", slurm_job) else f"kill -KILL {process}"
    return (
        f"{start}: process {process} on {visible(host)}, since {visible(since)}; to end it: {end}"
    )
