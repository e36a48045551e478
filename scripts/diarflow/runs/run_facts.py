"""Command, folder, version, date and elapsed time of a run, for its report.

The process that plans a run exports them in an environment variable, which the job of the report inherits. They are not
parameters of the rule, because a different command must not cause a re-run of the report.
"""

import json
import os
import shlex
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

VARIABLE = "DIARFLOW_RUN"


def export_run_facts(start: float) -> None:
    """Export the command of this process, the version of diarflow, and the start of the run in seconds since the epoch."""
    program, *arguments = sys.argv
    command = shlex.join([Path(program).name, *arguments])
    os.environ[VARIABLE] = json.dumps({"command": command, "start": start, "version": _version()})


def read_run_facts() -> dict[str, Any]:
    """Return `folder`, `date` and, if a run exported them, `command`, `version` and `elapsed` (seconds)."""
    now = time.time()
    facts: dict[str, Any] = {
        "folder": Path.cwd().name,
        "date": time.strftime("%Y-%m-%d %H:%M", time.localtime(now)),
    }
    try:
        exported = json.loads(os.environ[VARIABLE])
        facts |= {
            "command": str(exported["command"]),
            "version": str(exported["version"]),
            "elapsed": round(max(0.0, now - float(exported["start"])), 1),
        }
    except (KeyError, ValueError, TypeError):
        pass
    return facts


def _version() -> str:
    try:
        return version("diarflow")
    except PackageNotFoundError:
        return ""
