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
        self._is_pending = False

    def row_file(self, path: str) -> str:
        """Return where a row file can be read. The first call prepares the folder."""
        return self._rows.path(path) if self._workflow.is_main_process else path

    def prepared(self, wildcards: Any) -> list[str]:
        """Prepare the folder for a rule that reads no row file. An input function that returns no files."""
        self.row_file("")
        return []

    @cached_property
    def _rows(self) -> RowFiles:
        return self.prepare()

    def prepare(self) -> RowFiles:
        """Prepare the folder for a run. All side effects of planning are here.

        Snakemake decides between a run, a dry run and a listing only after it has read the Snakefile. So the first
        rule that reads a row file calls this, just before Snakemake locks the folder. A run

        - holds the lock of a run, and removes lock files and unfinished files of runs that were killed,
        - writes the row files that have changed, and the tables of ids,
        - removes usage files that later jobs have superseded.

        A dry run writes the changed row files to a temporary folder instead, and changes nothing here. So does a run
        while another run works in the folder: `start` then writes them, once Snakemake has found no conflict.
        """
        rows = RowFiles(self._plan.recordings.values())
        if not self._is_run:
            self._scratch = tempfile.TemporaryDirectory(prefix="diarflow-")
            rows.write_to(Path(self._scratch.name))
            return rows
        if remove_stale_locks():
            print("continuing a run that was killed in this folder", file=sys.stderr)
            remove_leftovers()
        if any(LOCK.parent.glob("locks/*.lock")):  # of a live run
            self._is_pending = True
            self._scratch = tempfile.TemporaryDirectory(prefix="diarflow-", dir=LOCK.parent)
            rows.write_to(Path(self._scratch.name))
            return rows
        rows.write()
        for corpus in self._plan.systems:
            remove_superseded(corpus, self._plan.ids(corpus))
        return rows

    def start(self) -> None:
        """Write the row files that had to wait for Snakemake's lock. Called when a run starts its first job."""
        if self._is_pending:
            self._rows.write()

    @property
    def _is_run(self) -> bool:
        """Return whether Snakemake executes jobs, rather than planning or listing them."""
        return self._workflow.executor_plugin is not None and not self._workflow.dryrun
