"""Damaged results: which file a job could not read, and the recordings that are set aside for it.

Only a job that has failed looks for damage. The next run makes a damaged result again, by its record.
"""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.artifacts.paths import parse_artifact_path
from diarflow.atomic import is_system_error
from diarflow.errors import InputError
from diarflow.runs.result_records import ResultRecord, file_digest, merged_records

T = TypeVar("T")


class DamagedError(InputError):
    """A result, or another file that the workflow wrote, cannot be read. `rule` is the rule that makes it."""

    def __init__(self, path: str, state: str, rule: str):
        super().__init__(f"{path}: {state}; the next run makes it again")
        self.path, self.rule = path, rule

    def failure(self, log: str) -> Failure:
        """Return the failure on the recording of the file; without a record, its rule is the name of the product."""
        artifact = parse_artifact_path(self.path)
        if artifact is None:
            raise self
        rule = self.rule or artifact.product
        return Failure(artifact.corpus, rule, artifact.variant, artifact.recording, str(self), log)


def find_damage(paths: Iterable[str]) -> DamagedError | None:
    """Return an error for the first damaged file among the results in `paths`, or None.

    A file is damaged if it is missing or a folder, differs from its record, or has no record and cannot be parsed.
    Raises OSError if the disk fails.
    """
    return next(_damages(paths), None)


def _damages(paths: Iterable[str]) -> Iterator[DamagedError]:
    records: dict[str, ResultRecord] | None = None
    for path in dict.fromkeys(paths):
        if not path.startswith("results/"):
            continue
        if records is None:
            records, _ = merged_records()
        record = records.get(path)
        if state := _state(path, record):
            yield DamagedError(path, state, record.rule if record else "")


def _state(path: str, record: ResultRecord | None) -> str:
    """Return what is wrong with a file; "" if nothing is."""
    if os.path.isdir(path):
        return "is a folder, expected a file"
    if not os.path.exists(path):
        return "is missing"
    if record and record.sha256:
        return "" if file_digest(path) == record.sha256 else "is damaged"
    try:
        _parse(path)
    except Exception as error:
        if is_system_error(error):
            raise
        return "is damaged"
    return ""


def _parse(path: str) -> None:
    """Read a file in the format of its suffix, and raise an error of any kind if that fails."""
    suffix = Path(path).suffix
    if suffix == ".parquet":
        from diarflow.artifacts.tables import read_rows

        read_rows(path)
    elif suffix == ".npy":
        from diarflow.artifacts.arrays import read_array

        read_array(path)
    elif suffix == ".json":
        json.loads(Path(path).read_text(encoding="utf-8"))
    elif suffix in (".wav", ".flac"):
        from diarflow.audio.prepared import duration

        duration(path)
    elif suffix == ".rttm":
        from diarflow.formats.rttm import read_turns

        read_turns(path)
    elif suffix == ".uem":
        from diarflow.formats.uem import read_uem

        read_uem(path)


def read_intact(
    read: Callable[[list[str]], T],
    recordings: Iterable[str],
    paths_of: Callable[[str], Iterable[str]],
    log: str,
) -> T:
    """Call `read` with recordings. If it fails, set those with damaged results aside, and call it with the others.

    `paths_of` returns the results of a recording. The error is raised again if no result is damaged.
    """
    recordings = list(recordings)
    try:
        return read(recordings)
    except Exception:
        damaged = {name for name in recordings if set_aside_if_damaged(paths_of(name), log)}
        if not damaged:
            raise
    return read([name for name in recordings if name not in damaged])


def set_aside_if_damaged(paths: Iterable[str], log: str) -> list[Failure]:
    """Write a failure record for each damaged result, and return the failures."""
    errors = list(_damages(paths))
    for error in errors:
        logging.error("%s", error)
        if error.rule:
            write_failure(error.failure(log))
    return [error.failure(log) for error in errors]
