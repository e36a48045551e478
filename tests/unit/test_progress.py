"""The progress of a run, counted from the messages of Snakemake."""

import io
import json
import logging
import os
import time
from types import SimpleNamespace

import pytest
from rich.console import Console
from snakemake_interface_logger_plugins.common import LogEvent

from diarflow.artifacts.failures import Failure
from diarflow.cli.state import print_state, status_line
from diarflow.progress import context, handler
from diarflow.progress.counts import RunProgress, RunTracker, StageProgress
from diarflow.progress.display import Lines
from diarflow.progress.failed_jobs import FailedJobs
from diarflow.progress.jobs import is_stage, stage_totals
from diarflow.progress.state_file import STATE, read_state, write_state
from diarflow.progress.table import progress_line, progress_table, summary
from diarflow.runs.locks import LOCK, remove_stale_locks

CONTEXT = context.RunContext(
    recordings=5,
    batches={
        "detect_speech-c.v-1-of-2": ("c", ["a", "b", "x"]),
        "detect_speech-c.v-2-of-2": ("c", ["d", "e"]),
    },
)
STATS = {
    "prepare_audio": 5, "detect_speech-c.v-1-of-2": 1, "detect_speech-c.v-2-of-2": 1, "all": 1,
    "retry": 1, "report_all": 1,
}  # fmt: skip


def test_batches_count_as_recordings_and_target_rules_do_not_count():
    assert stage_totals(STATS, CONTEXT) == {"prepare_audio": 5, "detect_speech": 5, "report_all": 1}


def test_stages_are_in_the_order_of_the_workflow():
    jobs = {"report_corpus": 1, "evaluate_changes": 1, "build_turns": 2, "prepare_audio": 2}
    assert list(stage_totals(jobs, CONTEXT)) == [
        "prepare_audio", "build_turns", "report_corpus", "evaluate_changes",
    ]  # fmt: skip


def tracker(**totals):
    return RunTracker(totals, recordings=5, now=1000.0)


def test_a_batch_counts_with_all_its_recordings():
    run = tracker(detect_speech=5)
    run.job_started(1, "detect_speech", 3, 1000.0)
    run.job_started(2, "detect_speech", 2, 1010.0)
    assert run.progress.stages["detect_speech"].running == 5
    run.job_finished(1, 1030.0, audio=600.0)
    stage = run.progress.stages["detect_speech"]
    assert (stage.done, stage.running, stage.left) == (3, 2, 0)
    # one job took 30 s, in which the stage was active: 600 s of audio in 30 s
    assert (stage.seconds, stage.active, stage.speed()) == (30.0, 30.0, "20 x real time")


def test_a_stage_is_active_only_while_it_has_running_jobs():
    run = tracker(detect_speech=2)
    run.job_started(1, "detect_speech", 1, 1010.0)
    run.job_finished(1, 1020.0)
    run.job_started(2, "detect_speech", 1, 1050.0)
    run.job_finished(2, 1055.0)
    stage = run.progress.stages["detect_speech"]
    assert (stage.active, stage.seconds) == (15.0, 15.0)
    assert stage.speed() == "8 /min"  # without durations: 2 in 15 s


def test_a_repeated_job_is_counted_once():
    run = tracker(detect_speech=1)
    run.job_started(1, "detect_speech", 1, 1000.0)
    assert run.job_failed(1, 1001.0) == "detect_speech"
    assert run.progress.stages["detect_speech"].failed == 1
    run.job_retried(1)
    run.job_started(1, "detect_speech", 1, 1002.0)
    run.job_finished(1, 1003.0)
    stage = run.progress.stages["detect_speech"]
    assert (stage.done, stage.failed, stage.retried, stage.left) == (1, 0, 1, 0)


def test_the_end_is_estimated_from_finished_jobs():
    """After 40 s: 4 recordings took 10 s each in one process; 4 are left and 2 are half done, of 10 s each."""
    run = tracker(detect_speech=10)
    for job in range(4):
        run.job_started(job, "detect_speech", 1, 1000.0 + 10 * job)
        run.job_finished(job, 1010.0 + 10 * job)
    run.job_started(8, "detect_speech", 1, 1040.0)
    run.job_started(9, "detect_speech", 1, 1040.0)
    assert run.progress.seconds_left() == 50.0


def test_without_finished_jobs_there_is_no_estimate():
    assert tracker(detect_speech=10).progress.seconds_left() is None


def test_events_of_unknown_jobs_are_ignored():
    run = tracker(detect_speech=1)
    run.job_started(1, "other", 1, 1000.0)
    run.job_finished(1, 1001.0)
    run.job_finished(7, 1001.0)
    run.job_retried(7)
    assert run.job_failed(7, 1002.0) == ""
    assert run.progress.done == 0


@pytest.mark.parametrize(("done", "percent"), [(0, "0"), (999, "99"), (1000, "100")])
def test_a_run_is_complete_only_when_all_is_done(done, percent):
    run = RunProgress({"a": StageProgress(1000, done)}, 10, start=0.0, now=60.0)
    assert f"{percent} % done" in summary(run)


def rendered(run, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(progress_table(run, width))
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 140])
def test_the_table_fits_the_terminal(width):
    stages = {"prepare_reference": StageProgress(100_000, 99_000, 900, audio=1e6, active=10.0)}
    stages["cluster_segments"] = StageProgress(100_000, 5, 50, failed=3, set_aside=70)
    run = RunProgress(stages, 100_000, 70, start=0.0, now=4000.0)
    text = rendered(run, width)
    assert max(map(len, text.splitlines())) <= width
    assert "99,000 of 100,000" in text and "100,000 x real time" in text and "3 failed" in text


def test_a_low_terminal_shows_the_stages_at_work_and_the_next_ones():
    stages = {f"done_{n}": StageProgress(1, 1) for n in range(9)}
    stages |= {"first": StageProgress(2, 1, 1), "second": StageProgress(2)}
    run = RunProgress(stages, 2, start=0.0, now=60.0)
    console = Console(file=io.StringIO(), width=80)
    console.print(progress_table(run, 80, 6))
    lines = console.file.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["stage", "first", "second", "2"]


def test_a_line_names_the_stages_at_work():
    stages = {"a": StageProgress(2, 2), "b": StageProgress(3, 1, 1)}
    line = progress_line(RunProgress(stages, 3, 1, start=0.0, now=90.0))
    assert line.endswith("3 recordings, 60 % done, 1 set aside, 2 min so far; b 1 of 3")


def test_a_pipe_gets_a_line_at_once_then_regularly_and_at_the_end():
    stream = io.StringIO()
    run = RunProgress({"a": StageProgress(2)}, 2)
    lines = Lines(stream, seconds=0.05)
    lines.start(lambda: run)
    time.sleep(0.2)
    lines.stop()
    lines.stop()
    count = len(stream.getvalue().splitlines())
    assert 3 <= count <= 7


# --- messages -----------------------------------------------------------------------------------


@pytest.fixture
def logger(tmp_path, monkeypatch):
    """Return a function that makes the handler of a run in an empty folder, which writes to a stream."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(context, "current", CONTEXT)

    def make(**settings):
        stream = io.StringIO()
        monkeypatch.setattr("sys.stderr", stream)
        common = {"printshellcmds": False, "nocolor": True, "quiet": None, "debug_dag": False,
                  "verbose": False, "show_failed_logs": True, "stdout": False, "dryrun": False}  # fmt: skip
        settings = SimpleNamespace(**common | settings)
        return handler.LogHandler(settings, handler.LogHandlerSettings(display="lines")), stream

    return make


def record(message="", level=logging.INFO, **facts):
    entry = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    vars(entry).update(facts)
    return entry


def run_one_job(log, *, fails=False):
    log.emit(record("Building DAG of jobs..."))
    log.emit(record("Job stats: ...", event=LogEvent.RUN_INFO, stats=STATS | {"total": 9}))
    log.emit(record("Execute 1 jobs...", event=LogEvent.JOB_STARTED, jobs=[1]))
    rule = "detect_speech-c.v-1-of-2"
    log.emit(record(event=LogEvent.JOB_INFO, rule_name=rule, jobid=1, wildcards=None))
    if fails:
        log.emit(record(level=logging.ERROR, event=LogEvent.JOB_ERROR, rule_name=rule, jobid=1,
                        log=["x.log"]))  # fmt: skip
    else:
        log.emit(record("Finished jobid: 1", event=LogEvent.JOB_FINISHED, job_id=1))
    log.emit(record(None, event=LogEvent.PROGRESS, done=1, total=8))


def test_messages_about_single_jobs_are_counted_and_not_shown(logger):
    log, stream = logger()
    run_one_job(log)
    log.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 and "5 recordings, 27 % done" in lines[-1]  # 3 of 11
    assert read_state().progress.stages["detect_speech"].done == 3


def test_warnings_and_errors_are_shown(logger):
    log, stream = logger()
    log.emit(record("a warning of planning", logging.WARNING))
    log.emit(record("Nothing to be done (all requested files are present)."))
    run_one_job(log)
    log.emit(record("chatter of an executor"))
    log.emit(record("WorkflowError: the disk is full", logging.ERROR, event=LogEvent.ERROR))
    log.close()
    text = stream.getvalue()
    assert "a warning of planning" in text and "the disk is full" in text
    assert "Nothing to be done" in text and "chatter" not in text


def test_a_run_of_commands_such_as_retry_shows_no_messages_about_jobs(logger):
    log, stream = logger()
    log.emit(record("Job stats", event=LogEvent.RUN_INFO, stats={"retry": 1, "total": 1}))
    log.emit(record("Select jobs to execute..."))
    log.close()
    assert stream.getvalue() == "" and read_state() is None


def test_a_failed_job_is_described_in_a_few_lines_with_its_log(logger, tmp_path):
    (tmp_path / "x.log").write_text("\n".join(f"line {n}" for n in range(1000)) + "\x1b[2J\n")
    log, stream = logger()
    run_one_job(log, fails=True)
    log.close()
    lines = stream.getvalue().splitlines()
    start = lines.index("job failed: detect_speech-c.v-1-of-2, log: x.log")
    assert lines[start + 1] == "  line 995" and lines[start + 5] == r"  line 999\x1b[2J"
    assert "3 failed" in lines[-1]
    state = read_state()
    assert state.progress.outcome == "failed" and state.progress.stages["detect_speech"].failed == 3


def test_many_failed_jobs_are_not_listed_one_by_one():
    failed = FailedJobs(with_log=False)
    lines = [line for n in range(100) for line in failed.lines({"rule_name": f"r{n}", "log": []})]
    assert len(lines) == 11 and lines[-1] == "more failed jobs: see the log of the run"


def test_jobs_that_the_user_stops_have_not_failed(logger):
    log, stream = logger()
    run_one_job(log)
    rule = "detect_speech-c.v-2-of-2"
    log.emit(record(event=LogEvent.JOB_INFO, rule_name=rule, jobid=2, wildcards=None))
    log.emit(record("Terminating processes on user request, this might take some time."))
    log.emit(record(level=logging.ERROR, event=LogEvent.JOB_ERROR, rule_name=rule, jobid=2, log=[]))
    log.close()
    assert "job failed" not in stream.getvalue()
    state = read_state()
    assert state.progress.outcome == "stopped" and state.progress.stages["detect_speech"].left == 2
    assert status_line(state).startswith("the run was stopped on ")


@pytest.mark.parametrize(
    ("settings", "shown"), [({"quiet": ["all"]}, False), ({"quiet": ["progress"]}, True)]
)
def test_quiet_hides_the_progress_and_with_all_the_warnings_too(logger, settings, shown):
    log, stream = logger(**settings)
    log.emit(record("a warning", logging.WARNING))
    run_one_job(log)
    log.close()
    assert stream.getvalue() == ("a warning\n" if shown else "")
    assert read_state()  # `diarflow state` works in any case


def test_a_verbose_run_shows_the_log_of_snakemake(logger):
    log, stream = logger(verbose=True)
    log.emit(record("Building DAG of jobs..."))
    assert stream.getvalue() == "Building DAG of jobs...\n"


def test_a_dry_run_writes_no_state(logger, tmp_path):
    log, _ = logger(dryrun=True)
    log.emit(record("Job stats", event=LogEvent.RUN_INFO, stats=STATS))
    log.close()
    assert not list(tmp_path.iterdir())


def test_recordings_set_aside_are_counted_from_the_failure_records(logger, monkeypatch):
    failures = [Failure("c", rule, "", name, "", "") for rule, name in
                (("detect_speech", "a"), ("detect_speech", "b"), ("report_all", "a"))]  # fmt: skip
    monkeypatch.setattr(
        context, "current", context.RunContext(5, lambda: failures, CONTEXT.batches)
    )
    log, _ = logger()
    run_one_job(log)
    log.close()
    progress = read_state().progress
    assert (progress.set_aside, progress.stages["detect_speech"].set_aside) == (2, 2)


# --- state file ---------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_whose_process_has_died_is_recognised(folder):
    write_state(tracker(detect_speech=2).progress)
    content = json.loads(STATE.read_text())
    LOCK.touch()
    assert not read_state().is_alive  # no process holds the lock of a run
    remove_stale_locks()  # holds it until this process ends
    assert read_state().is_alive
    STATE.write_text(json.dumps(content | {"process": 2**22 + 1}))  # above the largest id of Linux
    state = read_state()
    assert not state.is_alive and status_line(state).startswith("the run was killed after ")


def test_a_killed_run_has_no_running_jobs_and_no_expected_end(folder, capsys):
    run = tracker(detect_speech=20)
    run.job_started(1, "detect_speech", 1, 1000.0)
    run.job_finished(1, 1010.0)
    run.job_started(2, "detect_speech", 7, 1010.0)
    write_state(run.progress)
    LOCK.touch()
    assert print_state(".") == 0
    text = capsys.readouterr().out
    assert "1 of 20" in text and "left" not in text and "7" not in text.split("set aside")[1]


def test_a_state_survives_the_file_unchanged(folder):
    run = tracker(detect_speech=2)
    run.job_started(1, "detect_speech", 1, 1001.0)
    write_state(run.progress, "a.log")
    assert read_state().progress == run.progress and read_state().log == "a.log"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"progress": {"stages": {"a": {"x": 1}}}}', "\xff"]
)
def test_a_damaged_state_is_no_state(folder, text):
    os.makedirs(STATE.parent)
    STATE.write_text(text, encoding="latin-1")
    assert read_state() is None


def test_exports_are_stages_and_targets_are_not():
    assert all(
        is_stage(rule) for rule in ("export_srt", "export_kaldi", "assign_words", "join_channels")
    )
    assert not any(is_stage(rule) for rule in ("exports", "rttm", "retry"))
