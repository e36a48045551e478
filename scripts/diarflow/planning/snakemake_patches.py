"""What Python and Snakemake do in vain, and what costs plans and runs of many recordings much of their time.

None of it changes what is planned or run; bench/planning.md has what a plan takes. Where a later Snakemake does it in another way,
that is left alone.
"""

import gc
import json
import os
import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import lru_cache, partial, wraps
from typing import Any

KEPT = 1024  # records; a batch of a hundred has two or three hundred results
_checksums: ContextVar[dict | None] = ContextVar("checksums of a job's inputs", default=None)


def hasten() -> None:
    """Make plans and runs of many files faster, in this process.

    A plan makes millions of objects that stay: to look through all of them for garbage again and again is in vain.

    Snakemake looks at the record of each result of a job four times, in turns, but keeps the last 128 that it read: a
    job with more results reads all of its records each time. Before it reads one it asks the disk whether it is there: to open it says so as well.

    It asks of each file tens of times whether it is kept elsewhere (`storage`), which is marked by a flag: most files have no flags at all.

    To find a job that makes a file it compiles a regular expression of each result of the jobs that may: one that begins in
    another way than the file needs none.

    It compares the paths of all results, one object each, for folders that hold another's results: where no result is
    the folder of another there is nothing to compare.

    While it runs jobs it sets an alarm of a second each time that it looks for jobs to start, and looks again when it rings, which sets
    the next: so each job that ended adds one more look a second, at all jobs that are ready, until the run ends (snakemake#3744
    meets it too). One alarm is enough.

    When a job has ended it asks for the checksum of each input once for each result: a million times for a report of 10,000
    recordings. Once for each input is enough.
    """
    gc.set_threshold(20_000, 20, 100)
    from snakemake.dag import DAG
    from snakemake.io import _IOFile
    from snakemake.persistence import PersistenceBase
    from snakemake.persistence.file import FilePersistence
    from snakemake.scheduling.job_scheduler import JobScheduler

    read = getattr(FilePersistence, "_read_record_cached", None)
    if hasattr(read, "cache_parameters") and (read.cache_parameters()["maxsize"] or KEPT) < KEPT:
        FilePersistence._read_record_cached = lru_cache(KEPT)(read.__wrapped__)
    if hasattr(FilePersistence, "_record_path"):
        around(_read_at_once, FilePersistence, "_io_read")
    elsewhere = vars(_IOFile).get("is_storage")
    if isinstance(elsewhere, property) and not isinstance(elsewhere.fget, partial):
        _IOFile.is_storage = property(partial(_is_storage, elsewhere.fget))
    only_where(_begins_alike, _IOFile, "match")
    only_where(_nests, DAG, "check_directory_outputs")
    if hasattr(JobScheduler, "_schedule_reevalutation"):
        JobScheduler._schedule_reevalutation = _look_again
    around(_noting, PersistenceBase, "finished")
    around(_once_a_job, _IOFile, "checksum")


def around(ours: Callable, owner: type, name: str) -> None:
    """Call `ours` in a method's place, with the method before its arguments."""
    method = getattr(owner, name, None)
    if method is None or hasattr(method, "__wrapped__"):
        return

    @wraps(method)
    def asked(*arguments, **named):
        return ours(method, *arguments, **named)

    setattr(owner, name, asked)


def only_where(may: Callable[..., bool], owner: type, name: str) -> None:
    """Call a method only where `may`, asked with the same arguments, says so; elsewhere it returns None at once."""

    def ours(method, *arguments):
        return method(*arguments) if may(*arguments) else None

    around(ours, owner, name)


def _look_again(scheduler, delay: float) -> None:
    """Have a scheduler look for jobs again after so many seconds, unless it will in any case."""
    alarms = vars(scheduler).setdefault("_alarms", {})
    if delay in alarms:
        return

    def ring():
        del alarms[delay]
        scheduler._open_jobs.release()

    alarms[delay] = threading.Timer(delay, ring)
    alarms[delay].start()


async def _noting(finished, persistence, job) -> None:
    """Have a job noted as finished; until then a checksum is found out once."""
    before = _checksums.set({})
    try:
        await finished(persistence, job)
    finally:
        _checksums.reset(before)


async def _once_a_job(checksum, file, *arguments, **named) -> str | None:
    known = _checksums.get()
    if known is None:
        return await checksum(file, *arguments, **named)
    asked = (file, arguments, tuple(named.items()))
    if asked not in known:
        known[asked] = await checksum(file, *arguments, **named)
    return known[asked]


def _read_at_once(read, records, folder, key: str) -> dict[str, Any]:
    """The record of a file; where it is not there or damaged Snakemake says so itself."""
    try:
        with open(records._record_path(folder, key), "rb") as file:
            return json.loads(file.read())
    except (OSError, ValueError):
        return read(records, folder, key)


def _is_storage(asked, file) -> bool:
    """Whether a file is kept elsewhere: not where it has no flags."""
    return bool(getattr(file._file, "flags", None)) and asked(file)


def _begins_alike(pattern, target: str) -> bool:
    """Whether a file may match a pattern: it begins with what comes before the first wildcard."""
    return target.startswith(pattern.constant_prefix())


def _nests(dag) -> bool:
    return any_within_another(str(file) for job in dag.jobs for file in job.output)


def any_within_another(paths: Iterable[str]) -> bool:
    """Whether one of these paths lies below another of them.

    >>> any_within_another(["a/b", "a/c.txt"]), any_within_another(["a/b/", "./a/b/c.txt"])
    (False, True)
    """
    found = {os.path.abspath(path) for path in paths}
    folders: set[str] = set()
    for path in found:
        while (path := os.path.dirname(path)) not in folders:
            folders.add(path)
    return not folders.isdisjoint(found)
