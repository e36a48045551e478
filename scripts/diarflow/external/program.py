"""Processes of external systems, each in a folder of its own."""

import logging
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from diarflow.errors import InputError, visible
from diarflow.formats.text import as_field, examples, shown
from diarflow.runs.isolation import die_with_parent, signal_name
from diarflow.timeline.intervals import Seconds

_LOGGER = logging.getLogger(__name__)
_GRACE: Seconds = 2.0  # between SIGTERM and SIGKILL
_TICK: Seconds = 0.1
_MOST_OUTPUT = 1 << 20  # bytes of a program's output that the log keeps
_LAST_LINE = 200  # characters
WORK = "work"


class Usage(NamedTuple):
    """Usage of a program and its children: elapsed and CPU time (s), and the peak memory of the largest process (MB)."""

    seconds: Seconds
    cpu_seconds: Seconds
    memory: float


@contextmanager
def own_folder() -> Iterator[Path]:
    """Create a folder in which a program may write, and remove it at the end.

    Raises InputError if the program wrote beside it.
    """
    with tempfile.TemporaryDirectory(prefix="diarflow-") as parent:
        folder = Path(parent, WORK)
        folder.mkdir()
        yield folder
        if others := sorted(path.name for path in Path(parent).iterdir() if path.name != WORK):
            raise InputError(f"the program wrote outside its folder: {examples(others)}")


def run_program(
    words: Sequence[str],
    folder: Path,
    *,
    time_limit: Seconds | None,
) -> Usage:
    """Run a program in `folder`, and write its output to the log.

    Raises InputError if it cannot be started, ends with another status than 0, or exceeds the time limit. It is then
    ended with all processes that it has started.
    """
    name = os.path.basename(words[0])
    _LOGGER.info("command: %s", visible(shlex.join(words)))
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                words, cwd=folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        except OSError as error:
            raise InputError(f"{name} cannot be started: {error.strerror}") from None
        try:
            status = _wait(process, time_limit)
        finally:
            _end(process)
        text = _read_output(output)
    if text:
        _LOGGER.info("output of %s:\n%s", name, text)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    usage = Usage(
        time.monotonic() - start,
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        after.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    )
    _LOGGER.info("%s took %.1f s, %.1f CPU-seconds, %.0f MB at most", name, *usage)
    if status is None:
        raise InputError(f"{name} exceeded the time limit")
    if status:
        last = text.strip().splitlines()[-1:] or ["no output"]
        raise InputError(f"{name} {_ending(status)}: {shown(last[0], _LAST_LINE)}")
    return usage


def _wait(process: subprocess.Popen, time_limit: Seconds | None) -> int | None:
    """Return the status of a process, or None if it exceeds the limit. Time in which this process is stopped does not count."""
    if time_limit is None:
        return process.wait()
    worked, last = 0.0, time.monotonic()
    while worked < time_limit:
        try:
            return process.wait(_TICK)
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            worked, last = worked + min(now - last, 10 * _TICK), now
    return None


def _end(process: subprocess.Popen) -> None:
    """End a process and what it has started, also after it has ended itself."""
    for number, seconds in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        deadline = time.monotonic() + (seconds or 0.0)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(_TICK)
    process.wait()


def _read_output(output) -> str:
    """Return the end of a program's output."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _MOST_OUTPUT))
    return output.read().decode("utf-8", errors="replace")


def _ending(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was ended by {signal_name(-status)}"


def link_audio(audio: Path, folder: Path) -> Path:
    """Link prepared audio into the folder of a program, and return the link. White space in its name becomes "_".

    Many programs write this name into their RTTM, where it is one field.
    Raises InputError if the folder has a file of this name, such as the audio of "a_b" beside that of "a b".
    """
    link = folder / as_field(audio.name)
    try:
        link.symlink_to(audio.resolve())
    except FileExistsError:
        raise InputError(
            f"several recordings of the job have the name {link.stem} in RTTM"
        ) from None
    except OSError:  # of a file system without links
        shutil.copyfile(audio, link)
    return link
