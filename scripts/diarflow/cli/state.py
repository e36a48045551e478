"""Command `diarflow state`: the progress of the run in a folder."""

import os
import sys
import time

from diarflow.progress.state_file import RunState, read_state
from diarflow.progress.table import progress_table


def print_state(folder: str) -> int:
    """Print the progress of the latest run in a folder, and return the exit status: 1 if there is none."""
    state = read_state(folder)
    if state is None:
        path = os.path.abspath(folder)
        print(f"{path}: no run has begun here; expected the folder of a run", file=sys.stderr)
        return 1
    from rich.console import Console

    # a pipe has no width, and must not wrap lines
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    status = status_line(state)
    if state.is_alive:
        state.progress.tick(time.time())
    elif state.progress.end is None:
        state.progress.stop()
    console.print(progress_table(state.progress, console.width if sys.stdout.isatty() else 80))
    console.print(status, soft_wrap=True, markup=False)
    if state.log:
        console.print(f"log: {state.log}", soft_wrap=True, markup=False)
    return 0


def status_line(state: RunState) -> str:
    """Return whether a run is at work, has ended or was killed, and when."""
    progress = state.progress
    if state.is_alive:
        return "the run is at work"
    if progress.end is None:
        return f"the run was killed after {_day(progress.now)}; start it again to continue it"
    end = {"complete": "ended", "stopped": "was stopped"}.get(progress.outcome, "failed")
    return f"the run {end} on {_day(progress.end)}"


def _day(seconds: float) -> str:
    return time.strftime("%A %H:%M", time.localtime(seconds))
