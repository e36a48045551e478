"""Comparison of the results on disk with their records.

A result is *damaged* if its content is not what its job wrote, *foreign* if no job wrote it, and *outdated* if the
provenance of its job or the row of its recording has changed since. A result of which only the time differs, for
example after a backup was restored, gets its recorded time back.
"""

import os
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from diarflow.artifacts.paths import parse_artifact_path
from diarflow.atomic import ASIDE, copy_aside, move_aside
from diarflow.formats.text import examples
from diarflow.planning.file_states import file_state, forget, restamp
from diarflow.planning.present_results import is_failure, is_page, is_result, present_files
from diarflow.planning.rule_variants import VARIANTS
from diarflow.prefix import current_prefix, prefixed
from diarflow.runs.locks import LOCK, is_run_alive
from diarflow.runs.result_records import (
    ResultRecord,
    file_digest,
    has_row,
    job_id,
    merge_records,
    merged_records,
)

_OLD_NS = 10**9  # time of a result that must be made again, older than all inputs
_STEP = 1000  # nanoseconds between successive times, where times in the future become the present


class ResultCheck:
    """Results in this folder that differ from their records.

    The comparison writes nothing to disk. While another run is at work in this folder, no content is compared: a job writes
    its files first and their records later, so that intact files can differ from their records.

    `has_new_row` returns whether the row of the recording of a result differs from that at the last run. It is called for
    results whose record was lost.
    """

    def __init__(self, has_new_row: Callable[[str], bool] = lambda path: False) -> None:
        self._has_new_row = has_new_row
        lock = prefixed(LOCK)
        self.is_active = not (os.path.exists(lock) and is_run_alive(lock))
        # False if an earlier version of diarflow may have made files without a record
        self._all_are_recorded = False
        self._recorded_times: dict[str, int] = {}  # of files that have another time now
        self._damaged: set[str] = set()
        self._foreign: set[str] = set()
        self._old: set[str] = set()  # without a record, and made from another row
        self._not_restamped: list[str] = []
        records, all_are_recorded = merged_records()
        # an earlier version of diarflow recorded row files too
        self._records = {path: records[path] for path in filter(is_result, records)}
        self._failures = {path: records[path] for path in filter(is_failure, records)}
        self._unexplained = self._without_failure() if self.is_active else set()
        if self.is_active:
            self._all_are_recorded = all_are_recorded
            for path, record in self._records.items():
                self._compare(path, record)
            for path in self._damaged:
                forget(path)

    def _without_failure(self) -> set[str]:
        """Return the results of recordings that were set aside, and whose failure record was lost."""
        lost = {
            (record.job, parse_artifact_path(path))
            for path, record in self._failures.items()
            if record.mtime_ns and not os.path.lexists(prefixed(path))
        }
        places = {(job, path.corpus, path.recording) for job, path in lost if path}
        if not places:
            return set()
        return {
            path
            for path, record in self._records.items()
            if (artifact := parse_artifact_path(path))
            and (record.job, artifact.corpus, artifact.recording) in places
        }

    def _compare(self, path: str, record: ResultRecord) -> None:
        state = file_state(path)
        is_at_work = not record.mtime_ns
        if state is None or (is_at_work and state.is_file):
            return
        if (state.size, state.mtime_ns) == (record.size, record.mtime_ns) and state.is_file:
            return
        if not state.is_file or state.size != record.size or _differs(path, record):
            self._damaged.add(path)
        elif record.sha256:
            self._recorded_times[path] = record.mtime_ns

    def must_be_made(self, path: str, made_from: str) -> bool:
        """Return whether a job must make the file at `path`, even if it exists or is no output of a rule.

        `made_from` contains the digests of the present provenance of the job and of the part of the row that it reads.
        """
        if path in self._damaged or path in self._foreign or path in self._unexplained:
            return True
        record, state = self._records.get(path), file_state(path)
        if state is None:
            return self.is_active and record is not None and is_page(path)
        if record is None:
            if not self.is_active:
                return False
            if self._all_are_recorded or not state.is_file:
                self._foreign.add(path)
                return True
        elif record.made_from or not record.mtime_ns:
            return bool(record.made_from) and record.made_from != made_from
        # the record was lost
        is_old = has_row(made_from) and (self._has_new_row(path) or state.mtime_ns == _OLD_NS)
        if is_old:
            self._old.add(path)
        return is_old

    def recorded_time(self, path: str) -> float | None:
        """Return the recorded time of a file that has another time now, in seconds; None for other files."""
        recorded = self._recorded_times.get(path)
        return recorded / 1e9 if recorded else None

    def is_unfinished(self, path: str) -> bool:
        """Return whether a file is of a job that was killed or failed before all its recordings were done."""
        record = self._records.get(path)
        is_at_work = record is not None and not record.mtime_ns
        return self.is_active and is_at_work and file_state(path) is not None

    def is_current(self, path: str, made_from: str) -> bool:
        """Return whether the record of the file at `path` has this value of `made_from`."""
        record = self._records.get(path)
        return record is not None and record.made_from == made_from

    def record_of(self, path: str) -> ResultRecord | None:
        """Return the record of a result; None if a job has begun and not finished it."""
        record = self._records.get(path)
        return record if record and record.mtime_ns else None

    def is_outdated(self, path: str, made_from: str) -> bool:
        """Return whether a removed file was made from another provenance or row than `made_from`."""
        record = self.record_of(path)
        return bool(record and record.made_from and record.made_from != made_from)

    def is_missing(self, path: str) -> bool:
        """Return whether a recorded file does not exist any more."""
        return self.is_active and path in self._records and file_state(path) is None

    def paths_of_job(self, log: str) -> list[str]:
        """Return the recorded files of a job over a whole corpus or several, such as the report."""
        return self._aggregated.get(job_id(log), [])

    @cached_property
    def _aggregated(self) -> dict[str, list[str]]:
        paths: dict[str, list[str]] = {}
        for path, record in self._records.items():
            if record.rule not in VARIANTS:
                paths.setdefault(record.job, []).append(path)
        return paths

    def warnings(self) -> list[str]:
        """Return a line that lists the damaged results, or a line with the reason why none was compared, if there is any."""
        if not self.is_active:
            return [
                f"results are not searched for damage: a run is at work here, or {prefixed(LOCK)} cannot be locked"
            ]
        if not self._damaged:
            return []
        return [
            f"results{_place()} that are damaged or were changed by hand: {examples(sorted(self._damaged))}; "
            f"the next run keeps a copy as {ASIDE} and makes the result again"
        ]

    def lines(self) -> list[str]:
        """Return a line about the foreign results, and one about times that could not be set, if there are any."""
        lines = []
        if self._foreign:
            shown = examples(sorted(self._foreign))
            lines.append(
                f"files{_place()} that no job made, with the path of a result: {shown}; copies are kept as {ASIDE}"
            )
        if self._not_restamped:
            shown = examples(self._not_restamped)
            lines.append(
                f"could not set the time of results{_place()}: {shown}; changes of inputs that are older than these can be missed"
            )
        return lines

    # --- side effects, for RunFolder.prepare ----------------------------------------------------

    def restore_times(self) -> None:
        """Give files back their recorded times, and set times in the future to the present, in the same order."""
        if not self.is_active:
            return
        for path, recorded in self._recorded_times.items():
            self._restamp(path, recorded)
        now = time.time_ns()
        future = {
            path: record.mtime_ns
            for path, record in self._records.items()
            if record.mtime_ns > now and file_state(path)
        }
        order = {recorded: rank for rank, recorded in enumerate(sorted(set(future.values())))}
        for path, recorded in future.items():
            present = now - (len(order) - order[recorded]) * _STEP
            if self._restamp(path, present):
                self._records[path] = self._records[path]._replace(mtime_ns=present)
        if future:
            self.save()

    def _restamp(self, path: str, mtime_ns: int) -> bool:
        """Set the time of a file, and return whether this succeeded; it fails for a file of another user."""
        try:
            restamp(path, mtime_ns)
        except OSError:
            self._not_restamped.append(path)
            return False
        return True

    def keep_aside(self, path: str) -> None:
        """Keep a damaged or foreign file under another name, before a job replaces it.

        The time of a result becomes older than all inputs. The page of a recording is moved, because it is no output of
        a rule.
        """
        file = prefixed(path)
        if path in self._old:
            os.utime(file, ns=(_OLD_NS, _OLD_NS), follow_symlinks=False)
        if path not in self._damaged and path not in self._foreign:
            return
        if not os.path.lexists(file):
            return
        if is_page(path):
            move_aside(Path(file))
            return
        copy_aside(file)
        os.utime(file, ns=(_OLD_NS, _OLD_NS), follow_symlinks=False)

    def save(self) -> None:
        """Write all records to one file, and add records of files that an earlier version of diarflow made without."""
        if self.is_active:
            # all files: a later run may need results that this one does not
            present = {} if self._all_are_recorded else dict(present_files())
            merge_records(present | self._records | self._failures)


def _place() -> str:
    """Return the place of the results in a message, in a module with a prefix."""
    return f" below {current_prefix()}" if current_prefix() else ""


def _differs(path: str, record: ResultRecord) -> bool:
    """Return whether the content of a file differs from its record; False if the record contains no digest."""
    if not record.sha256:
        return False
    try:
        return file_digest(prefixed(path)) != record.sha256
    except OSError:
        return True
