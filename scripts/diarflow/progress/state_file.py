"""State file of a run: its counts, written while it runs and read by `diarflow state`."""

import json
import os
import platform
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from diarflow.atomic import atomic_write
from diarflow.progress.counts import RunProgress

STATE = Path(".snakemake/diarflow.progress.json")
WRITE_SECONDS = 2.0  # between two writes
_STALE_SECONDS = 120.0  # without a write, where file locks do not work


class RunState(NamedTuple):
    """Counts of a run in a folder, whether a process still executes it, and its log."""

    progress: RunProgress
    is_alive: bool
    log: str


def write_state(progress: RunProgress, log: str = "", path=STATE) -> None:
    """Write the state of a run. A full disk does not stop the run."""
    content = {
        "process": os.getpid(),
        "host": platform.node(),
        "log": log,
        "progress": progress.to_values(),
    }
    with suppress(OSError), atomic_write(path, sync=False) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n")


def read_state(folder=".") -> RunState | None:
    """Read the state of the latest run in a folder; None if there is none, or if its file is damaged."""
    path = Path(folder, STATE)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        progress = RunProgress.from_values(content["progress"])
        process, host, log = int(content["process"]), content["host"], str(content["log"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    alive = progress.end is None and _is_alive(folder, process, host, progress.now)
    return RunState(progress, alive, log)


def _is_alive(folder, process: int, host: str, written: float) -> bool:
    """Return whether the process that wrote a state still runs. Its lock decides, and then its id."""
    from diarflow.runs.locks import LOCK, is_run_alive

    if not is_run_alive(Path(folder, LOCK)):
        return False
    if host == platform.node():
        return _exists(process)
    return time.time() - written < _STALE_SECONDS


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
