"""Performance patches for Snakemake 9.27.1 on large plans.

They change neither what is planned nor what is run: `tests/workflow/test_planning.py` plans a corpus with and without
them and compares the jobs. They apply to exactly this version, and only to plans of many recordings.
`docs/decisions/0006-snakemake-patches.md` has the measured gain of each.
"""

import gc
import json
import os
import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache, lru_cache, partial, wraps
from typing import Any

VERSION = "9.27.1"
FEWEST_RECORDINGS = 100
_CACHED_RECORDS = 1024  # a batch of 100 recordings has up to 300 outputs
# Snakemake's comparisons of a job with the records of its outputs, and their results if nothing has changed
_OF_CURRENT_PARAMS = {"has_metadata": True, "has_outdated_metadata": False, "params_changed": False}
_checksums: ContextVar[dict | None] = ContextVar("checksums of a job's inputs", default=None)


def apply(recordings: int, has_current_params: Callable[[Any], bool]) -> bool:
    """Apply the patches to this process if they fit, and return whether they do.

    `has_current_params` tells whether the parameters of a job equal those that made its outputs.
    """
    import snakemake

    if snakemake.__version__ != VERSION or recordings < FEWEST_RECORDINGS:
        return False
    from snakemake.dag import DAG
    from snakemake.io import _IOFile
    from snakemake.persistence import PersistenceBase
    from snakemake.persistence.file import FilePersistence
    from snakemake.scheduling.job_scheduler import JobScheduler

    # Each look for ready jobs sets a timer of a second, and each timer looks again: one more look a second for each
    # job that has ended. https://github.com/snakemake/snakemake/issues/3744, also #2967.
    JobScheduler._schedule_reevalutation = _reevaluate_once
    # To find the producer of a file, a regular expression is compiled for each output of each rule.
    _only_if(_shares_prefix, _IOFile, "match")
    # When a job has ended, the checksum of each input is computed once for each output: a million times for a report
    # on 10,000 recordings. https://github.com/snakemake/snakemake/issues/4240
    wrap_method(_with_checksum_cache, PersistenceBase, "finished")
    wrap_method(_cached_checksum, _IOFile, "checksum")
    # The paths of all outputs are compared with each other to find folders that contain another output.
    _only_if(_has_nested_outputs, DAG, "check_directory_outputs")
    # The records of a job's outputs are read four times in turn, with a cache for 128 records.
    read = FilePersistence._read_record_cached
    if read.cache_parameters()["maxsize"] < _CACHED_RECORDS:
        FilePersistence._read_record_cached = lru_cache(_CACHED_RECORDS)(read.__wrapped__)
    # The records of all outputs are read to compare the parameters of their jobs.
    for name, result in _OF_CURRENT_PARAMS.items():
        wrap_method(partial(_unless_current, has_current_params, result), PersistenceBase, name)
    # Each record is looked for before it is opened.
    wrap_method(_read_record_file, FilePersistence, "_io_read")
    # A plan consists of millions of objects that stay. The default is (700, 10, 10).
    gc.set_threshold(20_000, 20, 100)
    return True


def _only_if(condition: Callable[..., bool], owner: type, name: str) -> None:
    """Call a method only if `condition`, called with the same arguments, is true; else it returns None."""

    def conditional(method: Callable, *arguments: Any) -> Any:
        return method(*arguments) if condition(*arguments) else None

    wrap_method(conditional, owner, name)


def wrap_method(replacement: Callable, owner: type, name: str) -> None:
    """Replace a method by a function that gets the method before its arguments."""
    method = getattr(owner, name)
    if hasattr(method, "__wrapped__"):
        return  # patched before in this process

    @wraps(method)
    def patched(*arguments: Any, **keywords: Any) -> Any:
        return replacement(method, *arguments, **keywords)

    setattr(owner, name, patched)


async def _with_checksum_cache(finished: Callable, persistence: Any, job: Any) -> None:
    """Record a job as finished, with a cache of checksums."""
    token = _checksums.set({})
    try:
        await finished(persistence, job)
    finally:
        _checksums.reset(token)


async def _cached_checksum(checksum: Callable, file: Any, *arguments: Any, **keywords: Any) -> Any:
    """Return the checksum of a file, from the cache of the job if there is one."""
    cache = _checksums.get()
    if cache is None:
        return await checksum(file, *arguments, **keywords)
    key = (file, arguments, tuple(keywords.items()))
    if key not in cache:
        cache[key] = await checksum(file, *arguments, **keywords)
    return cache[key]


def _unless_current(
    has_current_params: Callable[[Any], bool],
    result: Any,
    compare: Callable,
    persistence: Any,
    job: Any,
    *arguments: Any,
) -> Any:
    """Return what the comparison of a job with the records of its outputs returns if nothing has changed."""
    return result if has_current_params(job) else compare(persistence, job, *arguments)


def _read_record_file(read: Callable, persistence: Any, folder: str, name: str) -> dict:
    """Return the content of a record; {} if there is none. Snakemake reports a damaged record."""
    try:
        with open(persistence._record_path(folder, name), "rb") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return {}
    except ValueError:
        return read(persistence, folder, name)


def _reevaluate_once(scheduler: Any, delay: float) -> None:
    """Look for ready jobs after a delay, unless a timer of this delay runs already."""
    timers = vars(scheduler).setdefault("_timers", {})
    if delay in timers:
        return

    def look() -> None:
        del timers[delay]
        scheduler._open_jobs.release()

    timers[delay] = threading.Timer(delay, look)
    timers[delay].start()


def _shares_prefix(pattern: Any, target: str) -> bool:
    """Return whether a file begins with the part of a pattern before its first wildcard."""
    return target.startswith(pattern.constant_prefix())


def _has_nested_outputs(dag: Any) -> bool:
    return any_nested(str(file) for job in dag.jobs for file in job.output)


def any_nested(paths: Iterable[str]) -> bool:
    """Return whether one of these paths lies below another of them.

    >>> any_nested(["a/b", "a/c.txt"]), any_nested(["a/b/", "./a/b/c.txt"])
    (False, True)
    """
    absolute = {f"{_absolute_folder(folder)}{name}" for folder, name in map(_split, paths)}
    parents: set[str] = set()
    for path in absolute:
        while (path := path[: path.rfind("/")]) and path not in parents:
            parents.add(path)
    return not parents.isdisjoint(absolute)


def _split(path: str) -> tuple[str, str]:
    """Split a path into its folder, and its name, which is no abbreviation such as `..`."""
    folder, slash, name = path.rpartition("/")
    return (folder + slash, f"/{name}") if name not in ("", ".", "..") else (path, "")


@cache
def _absolute_folder(folder: str) -> str:
    return os.path.abspath(folder or ".").rstrip("/")
