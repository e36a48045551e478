"""Removal of temporary results during a run, and plans that make them again only for jobs that read them.

Two rules of Snakemake's `temp()` do not fit:

- A temporary file that no job declares is removed as soon as its job ends. A batch declares one file of each kind, and
  its job reads the files of all its recordings. Here, the files of a job remain until all jobs that depend on it have
  ended.
- If a job runs, all jobs that depend on it run. To make an embedding again, Snakemake would also run all other jobs that
  read the same audio. Here, a job that only makes removed files again starts no other jobs: the same inputs, settings
  and versions give the same bytes. Its results get their earlier times back.

A removed file has the time of its record. If it is newer than a result that was made from it, for example because an
earlier run was killed, or had another target, this result is made again.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.atomic import remove_own
from diarflow.channel_ids import call_id
from diarflow.planning.rule_variants import VARIANTS
from diarflow.planning.snakemake_patches import VERSION, wrap_method
from diarflow.prefix import current_prefix, prefix_in_use
from diarflow.rule_names import plain_name, plain_rule
from diarflow.runs.result_records import ResultRecord, file_digest, restamp_records

_ATTRIBUTE = "diarflow_temporary_results"


def is_supported() -> bool:
    """Return whether results can be removed during a run, with this version of Snakemake."""
    import snakemake

    return snakemake.__version__ == VERSION


def keep_track(
    workflow: Any,
    record_of: Callable[[str], ResultRecord | None],
    files_of: Callable[[str, str], list[str]],
) -> None:
    """Remove the files with the flag `temp` of a workflow as described above.

    `record_of` returns the record of a file; `files_of` returns the outputs of a rule that are of the same kind as one
    that it declares, which are all outputs of a job together. Their paths lie below the prefix in use. Modules with
    different prefixes share the object.
    """
    from snakemake.dag import DAG

    if not hasattr(workflow, _ATTRIBUTE):
        setattr(workflow, _ATTRIBUTE, TemporaryResults())
    getattr(workflow, _ATTRIBUTE).add(current_prefix(), record_of, files_of)
    wrap_method(_is_needed, DAG, "is_needed_tempfile")
    wrap_method(_handle_temp, DAG, "handle_temp")
    wrap_method(_update_needrun, DAG, "update_needrun")


class _FilesOfPlan(NamedTuple):
    """Functions about the files of a plan, without its prefix, as in `keep_track`."""

    record_of: Callable[[str], ResultRecord | None]
    files_of: Callable[[str, str], list[str]]


class TemporaryResults:
    """Temporary results of a plan. `remade` are the jobs that only make removed files again."""

    def __init__(self) -> None:
        self._plans: dict[str, _FilesOfPlan] = {}  # by prefix
        self.remade: set[Any] = set()
        self._earlier: dict[str, ResultRecord] = {}

    def add(
        self,
        prefix: str,
        record_of: Callable[[str], ResultRecord | None],
        files_of: Callable[[str, str], list[str]] = lambda rule, path: [path],
    ) -> None:
        """Add the results of a plan below a prefix."""
        plans = self._plans | {prefix: _FilesOfPlan(record_of, files_of)}
        self._plans = dict(sorted(plans.items(), key=lambda item: -len(item[0])))

    def prefix_of(self, path: str) -> str:
        """Return the longest prefix of a path; "" if there is none."""
        return next((prefix for prefix in self._plans if path.startswith(prefix)), "")

    def _record_of(self, path: str) -> ResultRecord | None:
        prefix = self.prefix_of(path)
        plan = self._plans.get(prefix)
        return plan.record_of(path[len(prefix) :]) if plan else None

    async def reduce_plan(self, dag: Any) -> None:
        """Leave out the jobs that would run only because a removed file is made again."""
        started = [
            job
            for job in dag.jobs
            if not dag.finished(job) and (self._is_outdated(dag, job) or _has_reason(dag, job))
        ]
        planned = set(_with_depending(dag, started))
        self.remade, self._earlier = set(), {}
        queue = list(planned)
        while queue:
            job = queue.pop()
            for dependency, files in dag._dependencies[job].items():
                if dependency in planned or dag.finished(dependency):
                    continue
                missing = [file async for file in dependency.missing_output(files)]
                if not missing:
                    continue
                if self._is_remade(dependency):
                    self.remade.add(dependency)
                    new = [dependency]
                else:
                    following = _with_depending(dag, [dependency])
                    new = [j for j in following if j not in planned or j in self.remade]
                    self.remade.difference_update(new)
                dag.reason(dependency).missing_output.update(missing)
                planned.update(new)
                queue += new
        for job in dag._needrun - planned:
            dag.reason(job).clear()
        _set_needrun(dag, planned)
        for job in self.remade:
            for path, _ in self.outputs(job):
                if record := self._record_of(path):
                    self._earlier[path] = record

    def outputs(self, job: Any) -> Iterator[tuple[str, bool]]:
        """Yield the outputs of a job, also those that its rule does not declare, each with whether it is temporary."""
        for file in job.output:
            is_temporary = file.is_flagged("temp")
            for path in self.files_of(job, file):
                yield path, is_temporary

    def files_of(self, job: Any, file: Any) -> list[str]:
        """Return the outputs of a job that are of the same kind as a declared one."""
        prefix = self.prefix_of(file)
        if not (plan := self._plans.get(prefix)):
            return [str(file)]
        paths = plan.files_of(plain_name(job.rule.name), str(file)[len(prefix) :])
        return [prefix + path for path in paths]

    def _is_remade(self, job: Any) -> bool:
        """Return whether a job only makes removed files again. A batch may have a recording that no job has processed."""
        return all(
            self._record_of(path) if is_temporary else os.path.exists(path)
            for path, is_temporary in self.outputs(job)
        )

    def _is_outdated(self, dag: Any, job: Any) -> bool:
        """Return whether a result of a job is older than a removed file that it was made from; this file is the reason."""
        removed = [
            (path, record)
            for dependency in dag._dependencies[job]
            for path, is_temporary in self.outputs(dependency)
            if is_temporary and not os.path.exists(path) and (record := self._record_of(path))
        ]
        if not removed:
            return False
        results: dict[str, int] = {}  # oldest result of each recording
        for path, _ in self.outputs(job):
            if (time := self._time(path)) is not None:
                results[Path(path).stem] = min(time, results.get(Path(path).stem, time))
        is_of_recordings = plain_rule(job.rule.name) in VARIANTS
        for path, record in removed:
            id = Path(path).stem
            oldest = results.get(id, results.get(call_id(id)))
            if oldest is None and results and not is_of_recordings:
                oldest = min(results.values())
            if oldest is not None and record.mtime_ns > oldest:
                dag.reason(job).updated_input.add(path)
                return True
        return False

    def _time(self, path: str) -> int | None:
        """Return the time of a file in nanoseconds; of a removed file that of its record."""
        with suppress(OSError):
            return os.stat(path).st_mtime_ns
        record = self._record_of(path)
        return record.mtime_ns if record else None

    def restore_times(self, job: Any) -> None:
        """Give the results of a job that has made removed files again their earlier times, if they have the same content."""
        restored = {}
        for path, _ in self.outputs(job):
            earlier = self._earlier.get(path)
            with suppress(OSError):
                if earlier and file_digest(path) == earlier.sha256:
                    os.utime(path, ns=(earlier.mtime_ns, earlier.mtime_ns))
                    restored[path] = earlier.mtime_ns
        if restored:
            log = str(job.log[0])
            prefix = self.prefix_of(log)
            with prefix_in_use(prefix):
                own = {path[len(prefix) :]: time for path, time in restored.items()}
                restamp_records(log[len(prefix) :], own)


def _has_reason(dag: Any, job: Any) -> bool:
    """Return whether a job runs for a reason of its own, rather than for other jobs."""
    if not dag.needrun(job):
        return False
    reason = dag.reason(job)
    if job in dag.targetjobs and (reason.missing_output or not job.output):
        return True
    return bool(
        reason.forced
        or reason.updated_input
        or reason.incomplete_output
        or reason.nooutput
        or reason.noio
        or reason.is_provenance_triggered()
    )


def _with_depending(dag: Any, jobs: Iterable[Any]) -> Iterator[Any]:
    """Yield jobs, and all jobs that depend on them, each once."""
    queue = list(jobs)
    visited = set(queue)
    while queue:
        job = queue.pop(0)
        yield job
        for other in dag.depending[job]:
            if other not in visited and not dag.finished(other):
                visited.add(other)
                queue.append(other)


def _set_needrun(dag: Any, jobs: set[Any]) -> None:
    dag._needrun.clear()
    dag._needrun.update(jobs)
    dag._n_until_ready.clear()
    for job in jobs:
        dag._n_until_ready[job] = sum(1 for other in dag._dependencies[job] if other in jobs)
    dag._len = len(dag._finished | dag._needrun)


# --- patches ------------------------------------------------------------------------------------


async def _update_needrun(update: Callable, dag: Any, *arguments: Any, **keywords: Any) -> None:
    await update(dag, *arguments, **keywords)
    if results := getattr(dag.workflow, _ATTRIBUTE, None):
        await results.reduce_plan(dag)


def _is_needed(is_needed: Callable, dag: Any, job: Any, *arguments: Any, **keywords: Any) -> bool:
    """Return whether a job that is not finished depends on the job of a temporary file."""
    if is_needed(dag, job, *arguments, **keywords):
        return True
    if not hasattr(dag.workflow, _ATTRIBUTE):
        return False
    return any(dag.needrun(j) and not dag.finished(j) for j in dag.depending[job]) or any(
        file in dag.derived_targetfiles for file in job.output
    )


async def _handle_temp(handle: Callable, dag: Any, job: Any) -> None:
    """Remove the files of the finished job, and of the jobs that it depends on, for which no job waits any more."""
    results = getattr(dag.workflow, _ATTRIBUTE, None)
    if results and job in results.remade:
        results.restore_times(job)
    await handle(dag, job)
    if not results or job.is_group() or dag.workflow.storage_settings.notemp:
        return
    # Snakemake removes the declared files of this job
    for other in [job, *dag._dependencies[job]]:
        for file in other.output:
            if file.is_flagged("temp") and not dag.is_needed_tempfile(other, file):
                with prefix_in_use(results.prefix_of(file)):
                    for path in results.files_of(other, file):
                        remove_own(Path(path))
