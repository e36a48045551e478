"""Logger of Snakemake that shows the progress of a run, and writes it to the state file.

Snakemake writes its full log to `.snakemake/log` in any case. Messages about single jobs appear only there; warnings,
errors and failed jobs appear on the terminal too.
"""

import logging
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from diarflow.progress import context
from diarflow.progress.counts import RunProgress, RunTracker
from diarflow.progress.display import Display, Lines, LiveTable, is_terminal
from diarflow.progress.failed_jobs import FailedJobs
from diarflow.progress.jobs import (
    audio_seconds,
    batch_size,
    recordings_of,
    stage_totals,
)
from diarflow.progress.snakemake_log import snakemake_handler
from diarflow.progress.state_file import WRITE_SECONDS, write_state
from diarflow.rule_names import plain_rule

DISPLAYS = ("auto", "table", "lines", "full")
# messages before the first job that contain nothing about this run
_ROUTINE = (
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Config file ",
    "Conda environments: ignored",
    "host: ",
    "Singularity containers: ignored",
    "Using shell: ",
    "Using workflow specific profile",
)
_LOG = "Complete log(s):"
_RETRY = "Trying to restart job "
_STOPPED = "Terminating processes on user request"
# of a job that failed: the next message names its rule and its log
_JOB_EXCEPTIONS = ("RuleException:\nCalledProcessError", "RuleException:\nException in file")
_QUEUE_SECONDS = 5.0  # to wait for messages that are not handled yet

_active: "LogHandler | None" = None  # the logger of this process


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Settings of the logger on the command line of Snakemake: --logger-diarflow-display."""

    display: str = field(
        default="auto",
        metadata={
            "help": "Display of a run: table (live, in a terminal), lines (one a minute), full (Snakemake's own log), "
            "or auto (table in a terminal, else lines).",
            "choices": DISPLAYS,
            "env_var": True,
        },
    )


class LogHandler(LogHandlerBase):
    """Handler of Snakemake's messages. Snakemake calls `emit` in a thread of its own."""

    has_filter = writes_to_stream = True
    has_formatter = writes_to_file = needs_rulegraph = False

    def __post_init__(self) -> None:
        global _active
        _active = self
        settings = self.common_settings
        self._lock = threading.RLock()
        self._tracker: RunTracker | None = None
        self._jobs: dict[int, tuple[str, Any]] = {}  # rule and wildcards of running jobs
        self._failed_jobs = FailedJobs(with_log=settings.show_failed_logs)
        self._wait = WRITE_SECONDS
        self._closed = threading.Event()
        self._writer: threading.Thread | None = None
        self._log = ""
        self._has_jobs = self._is_stopped = self._is_finished = False
        self._full: logging.Handler | None = None
        self._display: Display = Lines(sys.stderr)
        choice = getattr(self.settings, "display", None) or "auto"
        quiet = {getattr(each, "name", str(each)).lower() for each in settings.quiet or ()}
        self._is_silent = "all" in quiet
        self._shows_progress = not quiet & {"all", "progress"}
        if settings.dryrun or settings.verbose or settings.debug_dag or choice == "full":
            self._full = snakemake_handler(settings)
        elif choice == "table" or (choice == "auto" and is_terminal(sys.stderr)):
            self._display = LiveTable(sys.stderr, colour=not settings.nocolor)

    # --- messages -------------------------------------------------------------------------------

    def emit(self, record: logging.LogRecord) -> None:
        """Count a message, and print it if it belongs on the terminal."""
        try:
            event = getattr(record, "event", None)
            with self._lock:
                self._count(record, event)
            if self._full:
                self._full.handle(record)
            elif not self._is_silent:
                self._print(record, event)
        except BrokenPipeError:
            self._is_silent = True
        except Exception:
            self.handleError(record)

    def _print(self, record: logging.LogRecord, event: Any) -> None:
        text = str(record.msg or "").rstrip()
        if event in (LogEvent.JOB_ERROR, LogEvent.GROUP_ERROR):
            lines = [] if self._is_stopped else list(self._failed_jobs.lines(vars(record)))
            if lines:
                self._display.print("\n".join(lines), "red")
        elif event not in (None, LogEvent.ERROR) or not text or text == "None":
            return
        elif record.levelno >= logging.ERROR:
            if not (self._tracker and text.startswith(_JOB_EXCEPTIONS)):
                self._display.print(text, "red")
        elif text.startswith(_STOPPED):
            self._display.print("stopping the jobs; start the run again to continue it", "yellow")
        elif record.levelno >= logging.WARNING:
            self._display.print(text, "yellow")
        elif text.startswith(_LOG):
            if not self._log:  # else the summary has named it
                self._display.print(text)
        elif not (self._has_jobs or text.startswith(_ROUTINE)):
            self._display.print(text)

    # --- counts ---------------------------------------------------------------------------------

    def _count(self, record: logging.LogRecord, event: Any) -> None:
        now, facts = time.time(), vars(record)
        if event == LogEvent.RUN_INFO:
            self._has_jobs = True
            if not (self._tracker or self.common_settings.dryrun):
                self._start(facts.get("stats") or {}, now)
            return
        if not self._tracker:
            return
        if event == LogEvent.JOB_INFO:
            rule = str(facts["rule_name"])
            self._jobs[facts["jobid"]] = (rule, facts.get("wildcards"))
            recordings = batch_size(rule, context.current)
            self._tracker.job_started(facts["jobid"], plain_rule(rule), recordings, now)
        elif event == LogEvent.JOB_FINISHED:
            rule, wildcards = self._jobs.pop(facts["job_id"], ("", None))
            recordings_done = recordings_of(rule, wildcards, context.current)
            seconds = audio_seconds(recordings_done, context.current.plans or ("",))
            self._tracker.job_finished(facts["job_id"], now, seconds)
        elif event == LogEvent.JOB_ERROR:
            failed = self._tracker.job_stopped if self._is_stopped else self._tracker.job_failed
            failed(facts["jobid"], now)
        elif event is None and str(record.msg).startswith(_STOPPED):
            self._is_stopped = True
        elif event is None and str(record.msg).startswith(_RETRY):
            number = str(record.msg).removeprefix(_RETRY).strip(" .")
            if number.isdecimal():
                self._tracker.job_retried(int(number))

    def _start(self, jobs: dict[str, int], now: float) -> None:
        totals = stage_totals({rule: n for rule, n in jobs.items() if rule != "total"},
                              context.current)  # fmt: skip
        if not totals:
            return
        self._tracker = RunTracker(totals, recordings=context.current.recordings, now=now)
        self._count_set_aside()
        self._writer = threading.Thread(target=self._write_repeatedly, daemon=True)
        self._writer.start()
        if self._shows_progress and not self._full:
            self._display.start(self.progress)

    def progress(self) -> RunProgress:
        """Return the counts as of now."""
        assert self._tracker
        with self._lock:
            if self._tracker.progress.end is None:
                self._tracker.progress.tick(time.time())
            return self._tracker.progress

    def _write_repeatedly(self) -> None:
        while True:
            self._write()
            if self._closed.wait(self._wait):
                return

    def _write(self) -> None:
        self._count_set_aside()
        write_state(self.progress(), self._log)

    def _count_set_aside(self) -> None:
        """Count the recordings that are set aside. With many of them, count less often."""
        assert self._tracker
        start = time.monotonic()
        with suppress(OSError, RuntimeError):
            failures = list(context.current.failures())
            by_stage = Counter(failure.rule for failure in failures)
            recordings = {(failure.corpus, failure.recording) for failure in failures}
            with self._lock:
                self._tracker.count_set_aside(by_stage, len(recordings))
        self._wait = max(WRITE_SECONDS, 20 * (time.monotonic() - start))

    # --- end ------------------------------------------------------------------------------------

    def finish(self, queue: Any = None, *, log: str = "", succeeded: bool = False) -> None:
        """Show the last counts, and end the display, before the results are printed.

        `queue` is that of the messages which Snakemake has not handed over yet, `log` the path of its log.
        """
        self._log = log or self._log
        deadline = time.monotonic() + _QUEUE_SECONDS
        while getattr(queue, "unfinished_tasks", 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        if self._is_finished:
            return
        self._is_finished = True
        if self._tracker and self._writer:
            self._closed.set()
            self._writer.join()  # two threads must not write the file at once
            self.progress()
            with self._lock:
                self._tracker.progress.end = self._tracker.progress.now
                failed = "stopped" if self._is_stopped else "failed"
                self._tracker.progress.outcome = "complete" if succeeded else failed
            self._write()
        self._display.stop()

    def close(self) -> None:
        """End the display and the state file, also after Ctrl-C or an error."""
        self.finish()
        super().close()


def end_display(workflow: Any, *, succeeded: bool) -> None:
    """End the display of the logger of this process, if it has one. `workflow` is Snakemake's."""
    if _active:
        manager = workflow.logger_manager
        queue = getattr(manager.queue_listener, "queue", None)
        _active.finish(queue, log=next(iter(manager.get_logfile()), ""), succeeded=succeeded)
