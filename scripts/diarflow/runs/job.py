"""What a job needs beside its own work: a log, its settings, its recordings one by one.

A job covers one recording or a batch. What fails on one recording sets that one aside, and the job goes
on: a valid empty artifact stands in its place, and the ledger says why. An error is caught where it is raised. A
crash of a library or a lack of memory takes the whole process with it: the next attempt at the job finds the
mark that the dead one left, and works on each recording in a child process, whose death is that recording's alone.
"""

import ctypes
import faulthandler
import json
import logging
import math
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

from diarflow.artifacts.failures import Failure, remove_failure, write_failure
from diarflow.artifacts.placeholders import mark_of, write_empty
from diarflow.atomic import UNFINISHED, is_of_disk, remove_unfinished
from diarflow.errors import InputError, visible
from diarflow.runs.locks import own
from diarflow.runs.slurm_memory import EVERY, Memory, given_memory

PR_SET_PDEATHSIG = 1  # of prctl(2)
NOBODYS_FAULT = 75  # how a child ends where its recording is not at fault


class TooLittleMemoryError(InputError):
    """A recording takes more than SLURM gave the job."""


def log_to(path) -> None:
    """Send the log, warnings and any traceback of this job to its log file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sys.stderr = open(path, "w", buffering=1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115 - until the job ends
    form = logging.Formatter("%(levelname)s: %(message)s")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(form)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.captureWarnings(True)
    sys.excepthook = _say
    os.dup2(sys.stderr.fileno(), 2)  # what libraries say that know no Python
    faulthandler.enable(2)


def _say(kind: type[BaseException], error: BaseException, traceback) -> None:
    """End a script: with the lines of an InputError, or with a traceback."""
    if issubclass(kind, InputError):
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


@dataclass(frozen=True)
class Item:
    """One recording of a job: its names, and its own input and output files."""

    corpus: str
    recording: str
    variant: str
    input: SimpleNamespace
    output: SimpleNamespace


class Job:
    """A job of the rule that a script belongs to."""

    def __init__(self, snakemake):
        log_to(snakemake.log[0])
        self.rule: str = snakemake.rule.partition("-")[0]  # without the batch
        self.log = str(snakemake.log[0])
        self.settings: dict[str, Any] = json.loads(snakemake.params.job)["settings"]
        self.time_limit: float | None = snakemake.config.get("time_limit")
        self.memory: int | None = getattr(snakemake.resources, "mem_mb", None)
        self._input, self._output = _lists(snakemake.input), _lists(snakemake.output)
        self._input.pop("source", None)  # what a row names is read from there
        if self.time_limit or _begun_file(self.log).exists():
            # a child process has no other thread of its parent's; ONNX Runtime would wait for them
            os.environ["OMP_NUM_THREADS"] = "1"

    def items(self) -> Iterator[Item]:
        """The recordings of the job. Outputs lie at `results/{corpus}/{product}/{variant}/{recording}.*`."""
        paths = [Path(path) for path in next(iter(self._output.values()))]
        names = {path.stem for path in paths}
        for path in paths:
            yield Item(
                corpus=path.parts[1],
                recording=path.stem,
                variant="/".join(path.parts[3:-1]),
                input=_of(path.stem, self._input, names),
                output=_of(path.stem, self._output, names),
            )

    def each(self, work: Callable[[Item], None], *, marked_too: bool = False) -> None:
        """Do the work for every recording; set aside those it fails on.

        A recording that was set aside before is passed on: its results are empty and carry the mark.
        With `marked_too` the work is done for these as well. A full disk, and an artifact that another node made and
        this one does not see yet, are no recording's fault: the job fails.
        """
        do = partial(self._one, work=work, marked_too=marked_too)
        with begun(self.log, self._output.values(), given_memory(self.memory)) as before:
            for item in self.items():
                _check_there(item)
                if before is not None or self.time_limit:
                    self._apart(do, item, before)
                else:
                    do(item)

    def _one(self, item: Item, *, work: Callable[[Item], None], marked_too: bool) -> None:
        remove_failure(item.corpus, self.rule, item.variant, item.recording)
        start = time.process_time()
        try:
            if not marked_too and (mark := _mark(item)):
                logging.warning("%s was set aside at %s", item.recording, mark)
                self._write_empty(item, mark)
            else:
                work(item)
        except Exception as error:
            if is_of_disk(error):
                raise
            self._set_aside(item, error)
        # without Python's start, imports and models: what bench/peers counts as the work
        took = time.process_time() - start
        logging.info("%s took %.3f CPU-seconds%s", item.recording, took, _memory())

    def _apart(self, do: Callable[[Item], None], item: Item, before: int | None) -> None:
        """Work on a recording in a child process, and set it aside where that dies, or takes too much.

        `before` is the memory of an attempt that died, None where none did. With no more than that, as where a run was
        killed and begins with the first attempt again, too little memory fails the job: the next one has more.
        """

        def work() -> None:
            _die_with_parent()
            try:
                do(item)
            except Exception:
                sys.excepthook(*sys.exc_info())
                sys.exit(NOBODYS_FAULT)

        child = get_context("fork").Process(target=work)  # it has what is loaded
        child.start()
        memory = None if before is None else Memory.here(self.memory)
        if too_much := _wait(child, self.time_limit, memory):
            child.kill()
            child.join()
            if isinstance(too_much, TooLittleMemoryError) and memory.given <= before:
                raise too_much
            self._set_aside(item, too_much)
        elif child.exitcode < 0:
            name = signal.Signals(-child.exitcode).name
            hint = ", as where memory runs out" if name == "SIGKILL" else ""
            self._set_aside(item, InputError(f"the process died ({name}{hint})"))
        elif child.exitcode == NOBODYS_FAULT:
            raise SystemExit(1)
        elif child.exitcode:
            self._set_aside(item, InputError(f"the process ended with status {child.exitcode}"))

    def _set_aside(self, item: Item, error: Exception) -> None:
        if isinstance(error, InputError):
            reason = str(error)
            logging.error("%s", reason)
        else:
            reason = f"{type(error).__name__}: {error}"
            logging.exception("%s failed", item.recording)
        reason = "\n".join(map(visible, reason.split("\n")))
        self._write_empty(item, self.rule)
        write_failure(
            Failure(item.corpus, self.rule, item.variant, item.recording, reason, self.log)
        )

    def _write_empty(self, item: Item, mark: str) -> None:
        for kind, path in vars(item.output).items():
            write_empty(kind, path, recording=item.recording, mark=mark)


@contextmanager
def begun(log: str, outputs: Iterable[list[str]], memory: int) -> Iterator[int | None]:
    """Mark that a job with so much memory has begun; what is given is that of an earlier process which died on it, if any.

    The mark lies beside the log, which outlives a failed job, and holds what the process calls its unfinished
    files: those of a dead one are removed. Where a run was killed and its job was not, that one is waited for.
    Where memory did not do the mark stays, with 0 in its place: it was tried with as much as before.
    """
    mark = _begun_file(log)
    with own(mark) as file:
        file.seek(0)
        dead, _, before = file.read().partition("\n")
        if dead:
            remove_unfinished(dead, (path for paths in outputs for path in paths))
        _write_mark(file, memory)
        try:
            yield int(before or 0) if dead else None
        except TooLittleMemoryError:
            _write_mark(file, 0)
            raise
        except BaseException:
            mark.unlink(missing_ok=True)
            raise
        mark.unlink(missing_ok=True)


def _write_mark(file: TextIO, memory: int) -> None:
    file.seek(0)
    file.truncate()
    file.write(f"{UNFINISHED}\n{memory}")
    file.flush()


def _begun_file(log: str) -> Path:
    return Path(f"{log}.begun")


def _wait(child: BaseProcess, seconds: float | None, memory: Memory | None) -> InputError | None:
    """Wait for a child to end; or say what it takes too much of."""
    end = time.monotonic() + seconds if seconds else math.inf
    while child.is_alive():
        if time.monotonic() >= end:
            return InputError(f"it took longer than {seconds:g} s")
        if memory and memory.is_short(child.pid):
            said = f"it took more than is left of the {memory.given} MB that SLURM gave the job"
            return TooLittleMemoryError(said)
        left = end - time.monotonic()
        child.join(min(EVERY, left) if memory else left if seconds else None)
    return None


def _die_with_parent() -> None:
    """What is left of a job that was killed works for nobody, without a limit. Linux alone can see to that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _memory() -> str:
    """What this process has held at most until now, where the system says so: with the libraries, and what was mapped."""
    status = Path("/proc/self/status")
    peak = status.exists() and re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return f", {int(peak[1]) / 1024:.0f} MB at most" if peak else ""


def _lists(files) -> dict[str, list[str]]:
    """Files by name, as lists; an input that is not there is left out."""
    named = {}
    for name in files.keys():  # noqa: SIM118 - Snakemake's list of files, no dict
        value = getattr(files, name)
        paths = [str(value)] if isinstance(value, str | Path) else [str(path) for path in value]
        if paths:
            named[name] = paths
    return named


def _of(recording: str, files: dict[str, list[str]], names: set[str]) -> SimpleNamespace:
    """One recording's files, of which a batch names some alone; a file of no recording serves them all."""
    found = {}
    for name, paths in files.items():
        first = Path(paths[0])
        per_recording = first.parts[0] == "results" and first.stem in names
        found[name] = str(first.with_name(recording + first.suffix) if per_recording else first)
    return SimpleNamespace(**found)


def _check_there(item: Item) -> None:
    for path in vars(item.input).values():
        if path.startswith("results/") and not os.path.exists(path):
            said = "not there, though the job that makes it has ended; does this node see the disk late?"
            raise InputError(f"{path}: {said}")


def _mark(item: Item) -> str | None:
    return next((mark for path in vars(item.input).values() if (mark := mark_of(path))), None)
