"""Log of a job: log records, warnings, tracebacks, and messages of libraries."""

import faulthandler
import io
import logging
import os
import sys
from pathlib import Path
from typing import TextIO

from diarflow.atomic import make_folder, move_folder_aside
from diarflow.errors import InputError, visible_lines
from diarflow.runs.usage import record_usage

_terminal: TextIO | None = None  # standard error of this process before its log was started


class _Log(io.TextIOWrapper):
    """Text file in which control characters are escaped, because Snakemake prints the log of a failed job."""

    def write(self, text: str) -> int:
        return super().write(visible_lines(text))


def start_log(path) -> None:
    """Send log records, warnings and tracebacks of this process to a log file, and record its usage."""
    global _terminal
    path = Path(path)
    make_folder(path.parent)
    move_folder_aside(path)
    record_usage(path)
    if _terminal:
        _terminal.close()
    _terminal = open(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115 - open until the job ends
    sys.stderr = _Log(
        open(path, "wb"),  # noqa: SIM115 - open until the job ends
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.captureWarnings(True)
    sys.excepthook = print_error
    os.dup2(sys.stderr.fileno(), 2)  # for messages of libraries in C
    faulthandler.enable(2)


def print_error(kind: type[BaseException], error: BaseException, traceback) -> None:
    """Print the lines of an InputError, or the traceback of any other error."""
    if issubclass(kind, InputError):
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


def announce(line: str) -> None:
    """Write a line to the log and to the terminal."""
    logging.warning("%s", line)
    if _terminal:
        print(visible_lines(line), file=_terminal, flush=True)
