"""The folder in which a run works, and all side effects of planning."""

import sys
import tempfile
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from diarflow.artifacts.paths import parse_artifact_path
from diarflow.atomic import remove_leftovers
from diarflow.planning.file_states import file_state, modification_time
from diarflow.planning.plan import Plan
from diarflow.planning.plan_files import PlanFiles
from diarflow.planning.result_check import ResultCheck
from diarflow.planning.retention import is_removed
from diarflow.planning.shards import write_shard
from diarflow.prefix import current_prefix, prefixed
from diarflow.runs.locks import LOCK, hold_lock, remove_stale_locks
from diarflow.runs.result_records import ResultRecord
from diarflow.runs.rows import plan_path
from diarflow.runs.usage import remove_superseded


class RunFolder:
    """Plan files and results of a plan, and the preparation of the folder before the first job."""

    def __init__(self, workflow: Any, plan: Plan):
        self._workflow, self._plan = workflow, plan
        self._is_prepared = self._must_wait = False
        self._current_jobs: set[str] = set()  # first outputs of the jobs whose records are current
        self._results = ResultCheck(self._has_new_row) if workflow.is_main_process else None

    def warnings(self) -> list[str]:
        """Return the warnings about results that differ from their records."""
        return self._results.warnings() if self._results else []

    def plan_file(self, corpus: str) -> str:
        """Return the present path of the plan file of a corpus. The first call prepares the folder."""
        if not self._workflow.is_main_process:
            return plan_path(corpus)
        if not self._is_prepared:
            self.prepare()
        return self._plan_files.path(corpus)

    def prepared(self, wildcards: Any) -> list[str]:
        """Prepare the folder for a rule that reads no plan file. An input function that returns no files."""
        self.plan_file("")
        return []

    def prepare(self, *, is_started: bool = False) -> None:
        """Prepare the folder for a run. All side effects of planning are here and in `changed`.

        Snakemake decides between a run, a dry run and a listing only after it has read the Snakefile. So the first input
        function that needs the folder calls this, just before Snakemake locks the folder. A run

        - holds the lock of a run, and removes lock files and unfinished files of runs that were killed,
        - gives results back the times that their records have,
        - writes the plan files that have changed, and the tables of ids,
        - removes usage files that later jobs have superseded.

        A dry run changes nothing here: empty files in a temporary folder stand for the plan files.
        A run writes the plan files to a temporary folder while another run works here. It calls this again
        with `is_started`, once Snakemake has found that the two do not conflict, and then writes them here.
        """
        self._is_prepared = True
        if is_started:
            self._start()
            return
        if not self._is_run:
            self._plan_files.stand_in(self._scratch_folder)
            return
        if remove_stale_locks():
            print("continuing a run that was killed in this folder", file=sys.stderr)
            self._workflow.diarflow_was_killed = True
        if getattr(self._workflow, "diarflow_was_killed", False):  # also of another module
            remove_leftovers(prefixed("results"))
        if current_prefix():
            hold_lock(prefixed(LOCK))
        self._must_wait = any(LOCK.parent.glob("locks/*.lock"))  # of a live run
        if self._must_wait:
            self._plan_files.write_to(self._scratch_folder)
            return
        if self._results:
            self._results.restore_times()
        self._plan_files.write()
        if shard := self._plan.settings.shard:
            scores = self._plan.paths("scores", "score_recording", ".parquet", scored=True)
            write_shard(shard, self._plan.removed, scores)
        else:
            write_shard(None)
        for corpus in self._plan.systems:
            remove_superseded(corpus, partial(self._plan.ids, corpus))

    def _start(self) -> None:
        if self._must_wait:
            self._plan_files.write()
        elif self._results:
            self._results.save()
            for line in self._results.lines():
                print(line, file=sys.stderr)

    def record_of(self, path: str) -> ResultRecord | None:
        """Return the record of a result that a job has finished. The path has no prefix."""
        return self._results.record_of(path) if self._results else None

    def time_of(self, path: str) -> float | None:
        """Return the modification time that a file has, or gets back before the run; None if it is missing.

        A file that is removed after its last use has the time of its record.
        """
        time = modification_time(path)
        if time is not None:
            recorded = self._results.recorded_time(path) if self._results else None
            return recorded or time
        record = self.record_of(path) if is_removed(path, self._plan.removed) else None
        return record.mtime_ns / 1e9 if record else None

    # --- results that differ from their records -------------------------------------------------

    @property
    def compares_results(self) -> bool:
        """Return whether results are compared with their records: in the process that plans."""
        return self._results is not None

    def row_digest(self, corpus: str, part: str, id: str) -> str:
        """Return the digest of a part of a recording's row; "" if the row has no such part."""
        return self._plan_files.digest(corpus, part, id)

    def _has_new_row(self, path: str) -> bool:
        """Return whether the row of the recording of a result differs from that at the last run."""
        artifact = parse_artifact_path(path)
        return artifact is not None and self._plan_files.is_changed(
            artifact.corpus, artifact.recording
        )

    def changed(self, made_from: Mapping[str, str], first_output: str = "") -> list[str]:
        """Return a new file if a job must make one of its results again, else no file.

        `made_from` contains the digests of what each result would be made from now, `first_output` is the first output that
        the rule declares. Before a run, damaged and foreign
        files are kept aside. A missing result counts if another result of the same recording exists: if no rule declares
        the missing one as an input, Snakemake would not notice. While another run is at work, only `made_from` is compared.
        """
        assert self._results
        if not self._is_prepared:
            self.prepare()
        paths = [
            path for path, origin in made_from.items() if self._results.must_be_made(path, origin)
        ]
        if self._plan.declared.is_compact:
            paths += [path for path in made_from if self._results.is_unfinished(path)]
        removed = [path for path in made_from if is_removed(path, self._plan.removed)]
        paths += [path for path in removed if self._results.is_outdated(path, made_from[path])]
        kept = made_from.keys() - removed
        if missing := [path for path in kept if self._results.is_missing(path)]:
            present = {Path(path).stem for path in made_from if file_state(path)}
            paths += [path for path in missing if Path(path).stem in present]
        if self._is_run:
            for path in paths:
                self._results.keep_aside(path)
        if not paths and all(
            self._results.is_current(path, origin) for path, origin in made_from.items()
        ):
            self._current_jobs.add(prefixed(first_output))
        return [self._changed_mark] if paths else []

    def has_current_params(self, job: Any) -> bool:
        """Return whether the records of all outputs of a job have its present provenance."""
        return str(next(iter(job.output), None)) in self._current_jobs

    def changed_of_job(self, log: str, origin: str) -> list[str]:
        """Return the value of `changed` for a job over all recordings, with the files that its records list."""
        assert self._results
        paths = self._results.paths_of_job(log)
        return self.changed(dict.fromkeys(paths, origin), next(iter(paths), ""))

    @cached_property
    def _changed_mark(self) -> str:
        """Write the file that makes jobs run again, and return its path. Snakemake shows its name as the reason.

        Snakemake compares time and content of inputs with those of the last run of the job. So each run writes new content.
        """
        folder = LOCK.parent if self._is_run else self._scratch_folder
        path = folder / "result-differs-from-its-record"
        Path(prefixed(path)).write_text(uuid4().hex)
        return str(path)

    @cached_property
    def _plan_files(self) -> PlanFiles:
        return PlanFiles(self._plan.recordings.values(), self._plan.calls.rows())

    @cached_property
    def _scratch_folder(self) -> Path:
        """Return a new folder that is removed when this process ends. That of a run is on the disk that nodes share."""
        parent = prefixed(LOCK.parent) if self._is_run else None
        self._scratch = tempfile.TemporaryDirectory(prefix="diarflow-", dir=parent)
        # Snakemake adds the prefix to relative paths
        return Path(self._scratch.name).absolute() if current_prefix() else Path(self._scratch.name)

    @property
    def _is_run(self) -> bool:
        """Return whether Snakemake executes jobs, rather than planning or listing them."""
        return self._workflow.executor_plugin is not None and not self._workflow.dryrun
