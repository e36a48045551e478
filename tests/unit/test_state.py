"""How far a run is, out of Snakemake's log."""

import fcntl
from datetime import datetime

from diarflow.runs.progress import Stage, is_alive, latest_run, read_state, told

# two batches of audio, one of them done after 10 s, one after 30 s; one of speech done after 20 s, one failed, one going on
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


def test_jobs_of_batches_are_counted_under_their_rule():
    assert read_state(LOG.splitlines()).stages == {
        "prepare_audio": Stage(2, [10.0, 30.0]),
        "detect_speech": Stage(3, [20.0], running=1, failed=1),
        "report_all": Stage(1),
    }


def test_the_end_follows_from_what_jobs_took_and_how_many_went_on_at_once():
    state = read_state(LOG.splitlines())
    # 60 s of jobs in 60 s: one at a time; left are half a job of 20 s and one of unknown length, the mean, 20 s
    assert state.seconds_left(at("2026-11-24 23:01:00")) == 30.0
    *_, counted, end = told(state, at("2026-11-24 23:01:00"), set_aside=2)
    assert counted == "3 of 6 jobs done; recordings set aside: 2"
    assert end == "at this pace it ends about Tuesday 23:01, 0 minutes from now"


def test_a_run_that_has_ended_has_no_end_to_come():
    state = read_state([*LOG.splitlines(), "Complete log(s): x"])
    *_, end = told(state, at("2026-11-25 09:00:00"), set_aside=0)
    assert end == "the run ended Tuesday 23:01"


def test_a_run_that_was_killed_is_told_from_one_that_goes_on(tmp_path):
    state = read_state(LOG.splitlines())
    *_, end = told(state, at("2026-11-25 09:00:00"), set_aside=0, alive=False)
    assert end == "the run was killed after Tuesday 23:01: start it again, and it goes on"
    lock = tmp_path / "diarflow.lock"
    lock.touch()
    assert not is_alive(lock)
    with open(lock) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert is_alive(lock)


# what SLURM says of an attempt that failed, and of the one that is made then
AGAIN = """Error in rule detect_speech-d.v-1-of-1:
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


def test_a_job_that_was_tried_again_is_counted_once():
    state = read_state([*LOG.splitlines(), *AGAIN.splitlines()])
    assert state.stages["detect_speech"] == Stage(3, [20.0, 10.0], failed=1, again=1)
    assert "attempts that failed and were made again: 1" in told(state, state.last, set_aside=0)


def test_the_latest_log_of_a_run_with_jobs_is_read(tmp_path):
    """Not that of a plan, of a summary, of `retry` or of a run that found nothing to do, which may be later."""
    assert latest_run(tmp_path) is None
    others = [LOG + "\nThis was a dry-run (flag -n).", "Building DAG of jobs...",
              "job       count\n------  -------\nretry         1\ntotal         1",
              "Building DAG of jobs...\nNothing to be done (all requested files are present)."]  # fmt: skip
    for hour, text in enumerate([LOG, *others], start=10):
        (tmp_path / f"2026-11-24T{hour}0000.snakemake.log").write_text(text)
    path, state = latest_run(tmp_path)
    assert path.name == "2026-11-24T100000.snakemake.log" and state.stages["report_all"].jobs == 1


def test_before_a_job_is_done_nothing_is_said_of_the_end():
    *_, counted = told(read_state(LOG.splitlines()[:14]), at("2026-11-24 23:00:00"), set_aside=0)
    assert counted == "0 of 6 jobs done; recordings set aside: 0"
