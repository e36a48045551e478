"""Runtime of the rule scripts: logging, settings, and isolation of failing recordings.

A job covers one recording or a batch. If a rule fails on a recording, the recording is set aside and the job goes
on: the recording's outputs are placeholders, and a failure record contains the reason.
"""

import itertools
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from diarflow.artifacts.failures import Failure, failure_path, remove_failure, write_failure
from diarflow.artifacts.paths import parse_artifact_path
from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.atomic import remove_own
from diarflow.errors import InputError
from diarflow.rule_names import plain_rule
from diarflow.runs.attempts import is_last_attempt
from diarflow.runs.damage import find_damage
from diarflow.runs.isolation import run_in_child
from diarflow.runs.items import Item, as_lists, files_of, in_place, take_channel_files
from diarflow.runs.job_folder import JobFolder, enter_folder
from diarflow.runs.log import print_error, start_log
from diarflow.runs.marks import begun, mark_path
from diarflow.runs.report_records import record_at_exit
from diarflow.runs.result_records import JobRecords, made_from
from diarflow.runs.rows import part_digest, read_row, row_part
from diarflow.runs.slurm_memory import SlurmMemory, TooLittleMemoryError
from diarflow.runs.usage import peak_memory

__all__ = ["Item", "Job", "job_settings", "start_log"]


def job_settings(snakemake: Any) -> dict[str, Any]:
    """Start the log of a job over all recordings, and return the settings in its parameter `provenance`.

    The files of the job are recorded when the process ends.
    """
    folder = enter_folder(snakemake)
    start_log(snakemake.log[0])
    record_at_exit(snakemake)
    inputs = [path for paths in as_lists(snakemake.input).values() for path in paths]
    sys.excepthook = partial(_print_damage, inputs)
    return _settings(snakemake, folder)


def _print_damage(
    inputs: list[str], kind: type[BaseException], error: BaseException, traceback
) -> None:
    """Print a line about the damaged input that caused an error, or the error."""
    damage = None
    with suppress(OSError):
        if issubclass(kind, Exception) and not issubclass(kind, InputError):
            damage = find_damage(inputs)
    print_error(type(damage) if damage else kind, damage or error, traceback)


def _settings(snakemake: Any, folder: JobFolder) -> dict[str, Any]:
    settings = json.loads(snakemake.params.provenance)["settings"]
    return folder.settings(plain_rule(snakemake.rule), settings)


class Job:
    """Job of a rule that processes recordings one by one. The constructor starts the log."""

    def __init__(self, snakemake: Any):
        self._folder = enter_folder(snakemake)
        start_log(snakemake.log[0])
        self.settings = _settings(snakemake, self._folder)
        self.rule: str = plain_rule(snakemake.rule)
        self.log = str(snakemake.log[0])
        self._provenance: str = snakemake.params.provenance
        self.time_limit: float | None = snakemake.config.get("time_limit")
        self.memory: int | None = getattr(snakemake.resources, "mem_mb", None)
        self.is_last_attempt = is_last_attempt(snakemake.resources)
        self._input, self._output = as_lists(snakemake.input), as_lists(snakemake.output)
        # ids in a compact plan, where the outputs do not name all of them
        self._recordings = list(getattr(snakemake.params, "recordings", []))
        self._input.pop("source", None)  # scripts take the paths of sources from the row
        self._plan_file: str | None = next(iter(self._input.pop("plan", ())), None)
        self._input.pop("changed", None)
        self._input.pop("people", None)  # a table of all recordings
        self._channel_files = take_channel_files(self._input)
        self._row_digests: dict[str, str] = {}  # by recording
        if self.time_limit or mark_path(self.log).exists():
            # a forked child has none of its parent's threads, and ONNX Runtime would wait for them
            os.environ["OMP_NUM_THREADS"] = "1"

    def items(self) -> Iterator[Item]:
        """Yield the recordings of the job, which the paths of its first output name; in a compact plan, its parameters."""
        outputs = map(parse_artifact_path, next(iter(self._output.values())))
        paths = [path for path in outputs if path]
        # of each input, a compact plan declares the file of any recording of the batch
        ids = None if self._recordings else {path.recording for path in paths}
        if self._recordings:
            paths = [paths[0]._replace(recording=id) for id in self._recordings]
        for path in paths:
            row = self._row(path.recording, path.variant)
            self._row_digests[path.recording] = part_digest(row)
            yield Item(
                path.corpus,
                path.recording,
                path.variant,
                row=self._folder.row(row),
                input=files_of(path.recording, self._input, ids),
                output=files_of(path.recording, self._output, ids),
                channel_files=self._channel_files,
            )

    def _row(self, recording: str, variant: str) -> Any:
        """Return the part of the recording's row that the rule reads; None if it reads none."""
        if self._plan_file is None:
            return None
        return read_row(in_place(self._plan_file), recording).get(row_part(self.rule, variant))

    def each(self, work: Callable[[Item], None], *, include_failed: bool = False) -> None:
        """Call `work` for every recording, and set aside those for which it raises an error.

        For a recording that an earlier rule set aside, `work` is called only if `include_failed` is true. Otherwise
        its outputs are placeholders.

        The whole job fails if the recording is not the cause: if the operating system reports an error, except in reading
        the source, or if an input is not visible in the file system yet. If memory is lacking, all attempts but the last
        fail, because the next one has more memory.
        """
        process = partial(self._process, work=work, include_failed=include_failed)
        items = list(self.items())
        outputs = [list(vars(item.output).values()) for item in items]
        records = JobRecords(self.log, self.rule)
        records.begin(path for paths in outputs for path in paths)
        with begun(self.log, outputs) as died_before:
            if self._recordings:
                _remove_earlier(outputs)
            for item in items:
                _check_inputs_exist(item)
                if died_before or self.time_limit:
                    self._isolate(item, partial(process, item), limit_memory=died_before)
                else:
                    process(item)
            if self._recordings:
                _check_outputs_exist(outputs)
        records.end({path: origin for item in items for path, origin in self._made(item)})

    def _isolate(self, item: Item, work: Callable[[], None], *, limit_memory: bool) -> None:
        """Process a recording in a child process."""
        # memory is limited only after an attempt died: if SLURM kills this one, the next one has more memory
        memory = SlurmMemory.of_this_job(self.memory) if limit_memory else None
        error = run_in_child(work, time_limit=self.time_limit, memory=memory)
        if isinstance(error, TooLittleMemoryError) and not self.is_last_attempt:
            logging.error("%s: the next attempt has more memory", item.id)
            raise error
        if error:
            self._set_aside(item, error)

    def _made(self, item: Item) -> Iterator[tuple[str, str]]:
        """Yield the outputs of a recording and its failure record, each with the digest of what it was made from."""
        origin = made_from(self._provenance, self._row_digests[item.id])
        for path in vars(item.output).values():
            yield path, origin
        yield failure_path(item.corpus, self.rule, item.variant, item.id).as_posix(), origin

    def _process(self, item: Item, *, work: Callable[[Item], None], include_failed: bool) -> None:
        remove_failure(item.corpus, self.rule, item.variant, item.id)
        start = time.process_time()
        try:
            if not include_failed and (rule := _failed_rule_of(item)):
                logging.warning("%s was set aside at %s", item.id, rule)
                self._write_placeholders(item, rule)
            else:
                work(item)
        except Exception as error:
            self._set_aside(item, self._cause(item, error))
        # CPU time of this recording alone, without the start of Python, imports and models
        seconds, megabytes = time.process_time() - start, peak_memory() / 2**20
        logging.info("%s took %.3f CPU-seconds, %.0f MB at most", item.id, seconds, megabytes)

    def _cause(self, item: Item, error: Exception) -> Exception:
        """Return the error for which a recording is set aside. Raise it if the recording is not the cause."""
        if isinstance(error, InputError):
            if _is_of_result(error.__cause__):
                raise error
            return error
        if isinstance(error, MemoryError):
            if self.is_last_attempt:
                return error
            logging.error("%s: the next attempt has more memory", item.id)
            raise error
        if damage := find_damage(item.input_paths()):
            return damage
        # errors of reading a source are InputErrors
        if isinstance(error, OSError):
            raise error
        return error

    def _set_aside(self, item: Item, error: Exception) -> None:
        if isinstance(error, InputError):
            logging.error("%s", error.details)
            reason = str(error)
        else:
            logging.exception("%s failed", item.id, exc_info=error)
            reason = str(InputError(f"{type(error).__name__}: {error}"))
        self._write_placeholders(item, self.rule)
        write_failure(Failure(item.corpus, self.rule, item.variant, item.id, reason, self.log))

    def _write_placeholders(self, item: Item, rule: str) -> None:
        for kind, path in vars(item.output).items():
            write_placeholder(kind, path, recording=item.id, rule=rule)


def _is_of_result(error: BaseException | None) -> bool:
    """Return whether an error of the operating system is about a result, rather than a source."""
    return (
        isinstance(error, OSError)
        and not isinstance(error, IsADirectoryError)
        and str(error.filename).startswith("results/")
    )


def _remove_earlier(outputs: Iterable[list[str]]) -> None:
    """Remove results of earlier jobs, as Snakemake does with those that a rule declares."""
    for path in itertools.chain(*outputs):
        remove_own(Path(path))


def _check_outputs_exist(outputs: Iterable[list[str]]) -> None:
    for path in itertools.chain(*outputs):
        if not os.path.exists(path):
            raise FileNotFoundError(f"{path}: the job has not made this output")


def _check_inputs_exist(item: Item) -> None:
    for path in item.input_paths():
        if path.startswith("results/") and not os.path.exists(path):
            raise InputError(
                f"{path}: does not exist, although the job that creates it has ended. Is the file system slow to propagate? "
                "Raise latency-wait."
            )


def _failed_rule_of(item: Item) -> str | None:
    rules = map(failed_rule, item.input_paths())
    return next((rule for rule in rules if rule), None)
