"""The progress of a run, read from Snakemake's log."""

from datetime import datetime

from diarflow.runs.progress import RuleProgress, latest_run, progress_lines, read_progress

# Two batches of audio take 10 s and 30 s. Of three batches of speech one takes 20 s, one fails and one is running.
LOG = """Building DAG of jobs...
Job stats:
job                          count
-------------------------  -------
prepare_audio-c-1-of-2           1
prepare_audio-c-2-of-2           1
detect_speech-c.v-1-of-2         1
detect_speech-c.v-2-of-2         1
detect_speech-d.v-1-of-1         1
report_all                       1
all                              1
total                            7

Select jobs to execute...
[Tue Nov 24 23:00:00 2026]
localrule prepare_audio-c-1-of-2:
    input: audio/a.wav
    jobid: 3
[Tue Nov 24 23:00:00 2026]
rule prepare_audio-c-2-of-2:
    jobid: 4
[Tue Nov 24 23:00:10 2026]
Finished jobid: 3 (Rule: prepare_audio-c-1-of-2)
1 of 7 steps (14%) done
[Tue Nov 24 23:00:10 2026]
rule detect_speech-c.v-1-of-2:
    jobid: 5
[Tue Nov 24 23:00:30 2026]
Finished jobid: 4 (Rule: prepare_audio-c-2-of-2)
[Tue Nov 24 23:00:30 2026]
Finished jobid: 5 (Rule: detect_speech-c.v-1-of-2)
[Tue Nov 24 23:00:30 2026]
rule detect_speech-c.v-2-of-2:
    jobid: 6
[Tue Nov 24 23:00:30 2026]
rule detect_speech-d.v-1-of-1:
    jobid: 7
[Tue Nov 24 23:01:00 2026]
Error in rule detect_speech-c.v-2-of-2:
    message: None
    jobid: 6
"""


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").timestamp()


def test_jobs_of_batches_count_under_their_rule_and_target_rules_do_not_count():
    assert read_progress(LOG.splitlines()).rules == {
        "prepare_audio": RuleProgress(2, [10.0, 30.0]),
        "detect_speech": RuleProgress(3, [20.0], running=1, failed=1),
        "report_all": RuleProgress(1),
    }


def test_the_expected_end_follows_from_the_seconds_of_jobs_and_their_parallelism():
    run = read_progress(LOG.splitlines())
    # 60 s of jobs in 60 s: one at a time. Left are half a job of 20 s and one of unknown length: the mean, 20 s.
    assert run.seconds_left(at("2026-11-24 23:01:00")) == 30.0
    *_, count, end = progress_lines(run, at("2026-11-24 23:01:00"), 2)
    assert count == "3 of 6 jobs done; recordings set aside: 2"
    assert end == "expected end at this rate: Tuesday 23:01, in 0 minutes"


def test_before_a_job_is_done_no_end_is_expected():
    run = read_progress(LOG.splitlines()[:14])
    *_, count = progress_lines(run, at("2026-11-24 23:00:00"), 0)
    assert count == "0 of 6 jobs done; recordings set aside: 0"


def test_a_run_that_has_ended_shows_when():
    run = read_progress([*LOG.splitlines(), "Complete log(s): x"])
    *_, end = progress_lines(run, at("2026-11-25 09:00:00"), 0)
    assert end == "the run ended on Tuesday 23:01"


def test_a_run_that_was_killed_shows_how_to_continue():
    run = read_progress(LOG.splitlines())
    *_, end = progress_lines(run, at("2026-11-25 09:00:00"), 0, alive=False)
    assert end == "the run was killed after Tuesday 23:01; start it again to continue it"


# the log of the SLURM executor for a failed attempt and the next one
RETRIED = """Error in rule detect_speech-d.v-1-of-1:
    message: SLURM-job '13' failed, SLURM status is: 'OUT_OF_MEMORY'.
    jobid: 7
Trying to restart job 7.
Select jobs to execute...
[Tue Nov 24 23:01:10 2026]
rule detect_speech-d.v-1-of-1:
    jobid: 7
Job 7 has been submitted with SLURM jobid 14 (log: 14.log).
[Tue Nov 24 23:01:20 2026]
Finished jobid: 7 (Rule: detect_speech-d.v-1-of-1)
"""


def test_a_job_that_was_retried_counts_once():
    run = read_progress([*LOG.splitlines(), *RETRIED.splitlines()])
    assert run.rules["detect_speech"] == RuleProgress(3, [20.0, 10.0], failed=1, retried=1)
    assert "failed attempts that were repeated: 1" in progress_lines(run, run.last, 0)


def test_the_latest_log_of_a_run_with_jobs_is_read(tmp_path):
    """Later logs of a dry run, a summary, `retry` and a run without jobs are skipped."""
    assert latest_run(tmp_path) is None
    others = [LOG + "\nThis was a dry-run (flag -n).", "Building DAG of jobs...",
              "job       count\n------  -------\nretry         1\ntotal         1",
              "Building DAG of jobs...\nNothing to be done (all requested files are present)."]  # fmt: skip
    for hour, text in enumerate([LOG, *others], start=10):
        (tmp_path / f"2026-11-24T{hour}0000.snakemake.log").write_text(text)
    path, run = latest_run(tmp_path)
    assert path.name == "2026-11-24T100000.snakemake.log" and run.rules["report_all"].jobs == 1
