"""End of a run: its results, the recordings that were set aside, and its exit status."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from diarflow.artifacts.failures import Failure
from diarflow.prefix import current_prefix, prefix_in_use
from diarflow.runs.summary import failure_lines, result_lines

FAILED_STATUS = 3


class RunEnd:
    """Print a summary when a run ends, and set its exit status.

    `remove` removes files that are not kept, after a successful run, and returns lines about them.

    Failures come first, then lines about the inputs (`notes`), about recordings (`counts`), and the results. The status is 3 if `failures` yields any and `accept_failures` is false.
    The report counts as a result of this run if it was written after `start`. `workflow` is Snakemake's.
    """

    def __init__(
        self,
        workflow: Any,
        *,
        corpora: Iterable[str],
        failures: Callable[[], Iterable[Failure]],
        counts: Callable[[], Iterable[str]],
        notes: Callable[[], Iterable[str]],
        remove: Callable[[], Iterable[str]],
        accept_failures: bool,
        start: float,
    ):
        self._workflow = workflow
        self._corpora = list(corpora)
        self._failures = failures
        self._counts = counts
        self._notes = notes
        self._remove = remove
        self._accept_failures = accept_failures
        self._start = start
        self._folder = Path.cwd()
        self._prefix = current_prefix()

    def print_summary(self) -> bool:
        """Print results and failures to standard error, and return whether the run counts as successful."""
        with prefix_in_use(self._prefix):
            return self._print_summary()

    def _print_summary(self) -> bool:
        failures = list(self._failures())
        for line in [
            *failure_lines(failures),
            *self._notes(),
            *self._counts(),
            *result_lines(self._corpora, since=self._start),
            *(f"log: {path}" for path in self._workflow.logger_manager.get_logfile()),
        ]:
            print(line, file=sys.stderr)
        return not failures or self._accept_failures

    def on_success(self) -> None:
        """Handle `onsuccess`: exit with status 3 if recordings were set aside."""
        self._end_progress(succeeded=True)
        self._remove_files()
        if not self.print_summary():
            raise SystemExit(FAILED_STATUS)

    def on_error(self) -> None:
        """Handle `onerror`."""
        self._end_progress(succeeded=False)
        self.print_summary()

    def _remove_files(self) -> None:
        with prefix_in_use(self._prefix):
            for line in self._remove():
                print(line, file=sys.stderr)

    def _end_progress(self, *, succeeded: bool) -> None:
        """End the display of this process before the summary is printed. Without the logger there is none."""
        if logger := sys.modules.get("diarflow.progress.handler"):
            logger.end_display(self._workflow, succeeded=succeeded)

    def at_exit(self) -> None:
        """Do the same at the exit of Python for a run that had no jobs. To be registered with `atexit`.

        Snakemake calls no hook then, and exits with 0, even if recordings are still set aside. An exit handler can
        change the status only with os._exit, which skips the handlers that are left and the flushing of streams.
        """
        workflow = self._workflow
        is_run = workflow.is_main_process and workflow.scheduler and not workflow.dryrun
        if is_run and not len(workflow.dag):
            os.chdir(self._folder)  # Snakemake leaves it before Python exits
            self._remove_files()
            if not self.print_summary():
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(FAILED_STATUS)
