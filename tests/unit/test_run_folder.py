"""Folder of a run: side effects of planning in a run, in a dry run, beside another run and in the process of a job."""

import fcntl
import os
from pathlib import Path

import pytest
from sessions import end_run, open_session, write_corpus

from diarflow.runs.result_records import FOLDER, JobRecords, merged_records
from diarflow.runs.rows import read_row
from diarflow.runs.usage import SUFFIX

PLAN = "results/c/plan.jsonl"
RTTM = "results/c/rttm/s/a.rttm"
SIDECAR = "results/c/rttm/s/a.json"
ORIGIN = "0123456789ab"
MARK = [".snakemake/result-differs-from-its-record"]


@pytest.fixture(autouse=True)
def corpus(planning_folder):
    write_corpus("a")


def folder_of(speakers=None, **options):
    """Return the folder of a session; `speakers` is a setting that all rows of the table get."""
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["s"]}
    if speakers:
        corpus["num_speakers"] = speakers
    overlay = {"corpora": [corpus], "systems": {"s": {"rttm": "all.rttm"}}}
    return open_session(overlay, **options).folder


def run(speakers=None):
    """Plan and start a run, and end it without jobs."""
    folder = folder_of(speakers)
    folder.plan_file("c")
    folder.prepare(is_started=True)
    end_run()


def speakers(path=PLAN):
    return read_row(path, "a")["speakers"]["num"]


def files():
    """Return the files in the folder with their times, except the configuration of the test."""
    return {
        str(path): path.stat().st_mtime_ns
        for path in Path().rglob("*")
        if path.is_file() and path.name != "my.yaml"
    }


def write_results(*paths, log="logs/c/import_rttm/s/a.log", rule="import_rttm"):
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("content")
    JobRecords(log, rule).end(dict.fromkeys(paths, ORIGIN))


# --- preparation --------------------------------------------------------------------------------


def test_a_session_writes_nothing_until_a_rule_reads_a_plan_file():
    before = files()
    folder = folder_of()
    assert files() == before
    assert folder.plan_file("c") == PLAN and speakers() is None


def test_a_rule_that_reads_no_plan_file_prepares_the_folder():
    assert folder_of().prepared(None) == []
    assert Path(PLAN).exists()


def test_a_dry_run_changes_nothing_and_names_the_plan_file():
    run()
    before = files()
    folder = folder_of(speakers=2, is_run=False)
    assert folder.plan_file("c") == PLAN
    assert files() == before


def test_a_dry_run_before_the_first_run_reads_a_stand_in():
    shown = folder_of(is_run=False).plan_file("c")
    assert os.path.isabs(shown) and Path(shown).exists() and shown.endswith(PLAN)
    assert not Path(PLAN).exists()


def test_a_run_writes_changed_rows_and_continues_a_run_that_was_killed(capfd):
    run()
    Path(".snakemake/locks").mkdir()
    Path(".snakemake/locks/0.input.lock").touch()
    folder_of(speakers=2).plan_file("c")
    assert speakers() == 2
    assert list(Path(".snakemake/locks").iterdir()) == []
    assert capfd.readouterr().err == "continuing a run that was killed in this folder\n"


def test_a_run_beside_another_writes_its_rows_only_when_it_starts():
    run()
    Path(".snakemake/locks").mkdir()
    Path(".snakemake/locks/0.input.lock").touch()
    with open(".snakemake/diarflow.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # of the other run
        folder = folder_of(speakers=2)
        path = folder.plan_file("c")
        assert path.startswith(".snakemake/diarflow-") and path.endswith(PLAN)
        assert (speakers(path), speakers()) == (2, None)
        assert folder.changed({RTTM: ORIGIN}) == []
        folder.prepare(is_started=True)
        assert speakers() == 2 and folder.plan_file("c") == PLAN


def test_beside_another_run_a_result_of_another_row_is_found_and_its_content_is_not_compared():
    run()
    write_results(RTTM)
    Path(RTTM).write_text("of the job that runs now")
    with open(".snakemake/diarflow.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # of the other run
        folder = folder_of()
        assert folder.changed({RTTM: ORIGIN}) == []
        assert len(folder.changed({RTTM: "another row"})) == 1
        assert Path(RTTM).exists() and not list(Path().rglob("*.aside"))


def test_the_process_of_a_job_prepares_and_compares_nothing():
    before = files()
    folder = folder_of(is_main_process=False)
    assert folder.plan_file("c") == PLAN and folder.warnings() == []
    assert not folder.compares_results
    folder.prepare(is_started=True)
    assert files() == before


def test_a_run_removes_usage_files_that_later_jobs_superseded():
    """A job on a batch has measured recording `a` again, after a job on `a` alone."""
    old, new = (Path("logs/c/import_rttm/s", name + SUFFIX) for name in ("a", "batch-1-of-1"))
    old.parent.mkdir(parents=True)
    for time, path in ((1000, old), (2000, new)):
        path.write_text("{}")
        os.utime(path, (time, time))
    run()
    assert new.exists() and not old.exists()


# --- results and records ------------------------------------------------------------------------


def test_the_start_of_a_run_merges_the_records_and_names_foreign_files(capfd):
    run()
    write_results(RTTM)
    Path("results/c/rttm/s/b.rttm").touch()
    folder = folder_of()
    assert folder.changed({"results/c/rttm/s/b.rttm": ORIGIN}) == MARK
    folder.prepare(is_started=True)
    assert list(FOLDER.glob("new/*")) == [] and RTTM in merged_records()[0]
    assert capfd.readouterr().err == (
        "files that no job made, with the path of a result: results/c/rttm/s/b.rttm; copies are kept as .aside\n"
    )
    assert Path("results/c/rttm/s/b.rttm.aside").exists()


def test_unchanged_results_and_those_that_snakemake_misses_have_no_mark():
    run()
    write_results(RTTM, SIDECAR)
    origins = dict.fromkeys((RTTM, SIDECAR), ORIGIN)
    assert folder_of().changed(origins) == []
    end_run()
    for path in (RTTM, SIDECAR):
        os.remove(path)
    assert folder_of().changed(origins) == []


def test_a_missing_file_beside_another_of_its_recording_has_a_mark():
    """Snakemake plans only with the files that other jobs declare, and no other job needs the sidecar."""
    run()
    write_results(RTTM, SIDECAR)
    os.remove(SIDECAR)
    assert folder_of().changed(dict.fromkeys((RTTM, SIDECAR), ORIGIN)) == MARK


def test_each_mark_has_a_new_content():
    """Snakemake compares the content of an input with that in the last run of the job."""
    run()
    write_results(RTTM)
    marks = []
    for _ in range(2):
        (path,) = folder_of().changed({RTTM: "another one"})
        marks.append(Path(path).read_text())
        end_run()
    assert len(set(marks)) == 2


def test_a_dry_run_keeps_no_damaged_result_aside_and_has_its_mark_elsewhere():
    run()
    write_results(RTTM)
    Path(RTTM).write_text("by hand")
    before = files()
    (mark,) = folder_of(is_run=False).changed({RTTM: ORIGIN})
    assert os.path.isabs(mark) and files() == before


def test_a_job_over_all_recordings_has_the_mark_of_its_recorded_files():
    run()
    log = "logs/c/report_corpus.log"
    write_results("results/c/der.csv", log=log, rule="report_corpus")
    assert folder_of().changed_of_job(log, ORIGIN) == []
    end_run()
    assert folder_of().changed_of_job(log, "another one") == MARK
    end_run()
    Path("results/c/der.csv").write_text("by hand")
    folder = folder_of()
    assert folder.warnings() == [
        "results that are damaged or were changed by hand: results/c/der.csv; "
        "the next run keeps a copy as .aside and makes the result again"
    ]
    assert folder.changed_of_job(log, ORIGIN) == MARK
