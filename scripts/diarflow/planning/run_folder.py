"""The folder in which a run works, and all side effects of planning."""

import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

from diarflow.atomic import remove_leftovers
from diarflow.planning.plan import Plan
from diarflow.planning.recording_files import RowFiles
from diarflow.runs.locks import LOCK, remove_stale_locks
from diarflow.runs.usage import remove_superseded


class RunFolder:
    """Row files of a plan, and the preparation of the folder before the first job."""

    def __init__(self, workflow: Any, plan: Plan):
        self._workflow, self._plan = workflow, plan
        self._is_prepared = self._must_wait = False

    def row_file(self, path: str) -> str:
        """Return where a row file can be read. The first call prepares the folder."""
        if not self._workflow.is_main_process:
            return path
        if not self._is_prepared:
            self.prepare()
        return self._rows.path(path)

    def prepared(self, wildcards: Any) -> list[str]:
        """Prepare the folder for a rule that reads no row file. An input function that returns no files."""
        self.row_file("")
        return []

    def prepare(self, *, is_started: bool = False) -> None:
        """Prepare the folder for a run. All side effects of planning are here.

        Snakemake decides between a run, a dry run and a listing only after it has read the Snakefile. So the first
        rule that reads a row file calls this, just before Snakemake locks the folder. A run

        - holds the lock of a run, and removes lock files and unfinished files of runs that were killed,
        - writes the row files that have changed, and the tables of ids,
        - removes usage files that later jobs have superseded.

        A dry run changes nothing here: new files in a temporary folder stand for the row files that have changed.
        A run writes the changed row files to a temporary folder while another run works here. It calls this again
        with `is_started`, once Snakemake has found that the two do not conflict, and then writes them here.
        """
        self._is_prepared = True
        if is_started:
            if self._must_wait:
                self._rows.write()
            return
        if not self._is_run:
            self._rows.stand_in(self._scratch_folder(parent=None))
            return
        if remove_stale_locks():
            print("continuing a run that was killed in this folder", file=sys.stderr)
            remove_leftovers()
        self._must_wait = any(LOCK.parent.glob("locks/*.lock"))  # of a live run
        if self._must_wait:
            self._rows.write_to(
                self._scratch_folder(LOCK.parent)
            )  # which the nodes of a cluster share
            return
        self._rows.write()
        for corpus in self._plan.systems:
            remove_superseded(corpus, self._plan.ids(corpus))

    @cached_property
    def _rows(self) -> RowFiles:
        return RowFiles(self._plan.recordings.values())

    def _scratch_folder(self, parent: Path | None) -> Path:
        """Return a new folder that is removed when this process ends."""
        self._scratch = tempfile.TemporaryDirectory(prefix="diarflow-", dir=parent)
        return Path(self._scratch.name)

    @property
    def _is_run(self) -> bool:
        """Return whether Snakemake executes jobs, rather than planning or listing them."""
        return self._workflow.executor_plugin is not None and not self._workflow.dryrun
