"""Results on disk and their records: which files a job must make again, and what happens to those in their place."""

import fcntl
import os
import time
from pathlib import Path

import pytest

from diarflow.planning.file_states import file_state, scan_again
from diarflow.planning.result_check import ResultCheck
from diarflow.runs.result_records import FOLDER, JobRecords, ResultRecord, merged_records

RTTM = "results/c/rttm/s/a.rttm"
PAGE = "results/report/recordings/c/a.html"
LOG = "logs/c/import_rttm/s/a.log"
ORIGIN = "0123456789ab"
WRITTEN = 1_700_000_000 * 10**9  # time of the results, in nanoseconds


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """A folder with two results, their records, and the records of all jobs of earlier runs."""
    monkeypatch.chdir(tmp_path)
    Path(".snakemake").mkdir()
    write_result(RTTM, rule="import_rttm", log=LOG)
    write_result("results/c/der.csv", rule="report_corpus", log="logs/c/report_corpus.log")
    check().save()


def write_result(path, *, rule, log, content="content"):
    """Write a result and its record, as a job does."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content)
    os.utime(path, ns=(WRITTEN, WRITTEN))
    JobRecords(log, rule).end({path: ORIGIN})


def check():
    """Return the check of a new process."""
    scan_again()
    return ResultCheck()


def must_be_made(path=RTTM, origin=ORIGIN):
    return check().must_be_made(path, origin)


def records(path=FOLDER):
    return merged_records(path)[0]


# --- what must be made --------------------------------------------------------------------------


def test_an_unchanged_result_need_not_be_made():
    assert not must_be_made()
    assert check().warnings() == check().lines() == []


@pytest.mark.parametrize("content", ["other content", "contenT", ""], ids=["longer", "same length", "empty"])  # fmt: skip
def test_an_edited_result_must_be_made(content):
    Path(RTTM).write_text(content)
    assert must_be_made()
    assert check().warnings() == [
        f"results that are damaged or were changed by hand: {RTTM}; "
        "the next run keeps a copy as .aside and makes the result again"
    ]


def test_an_edited_result_counts_as_missing_for_the_rest_of_the_plan():
    """Snakemake then plans the jobs that read it."""
    Path(RTTM).write_text("other content")
    check()
    assert file_state(RTTM) is None


def test_a_result_with_another_provenance_or_row_must_be_made():
    assert must_be_made(origin="ba9876543210")


def test_a_deleted_result_is_missing_and_left_to_snakemake():
    os.remove(RTTM)
    assert check().is_missing(RTTM) and not must_be_made()
    assert not check().is_missing("results/c/rttm/s/never made.rttm")


def test_a_deleted_page_must_be_made_since_no_rule_has_it_as_an_output():
    write_result(PAGE, rule="report_all", log="logs/report/report_all.log")
    assert not must_be_made(PAGE)
    os.remove(PAGE)
    assert must_be_made(PAGE)


def test_a_folder_in_place_of_a_result_must_be_made():
    os.remove(RTTM)
    os.mkdir(RTTM)
    assert must_be_made()


def test_a_link_to_nothing_in_place_of_a_result_is_a_missing_result():
    os.remove(RTTM)
    os.symlink("nowhere", RTTM)
    assert check().is_missing(RTTM)


def test_a_result_that_cannot_be_read_must_be_made(monkeypatch):
    os.utime(RTTM, (1, 1))

    def unreadable(path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("diarflow.planning.result_check.file_digest", unreadable)
    assert must_be_made()


def test_a_file_without_a_record_is_foreign_if_all_results_have_records():
    foreign = "results/c/rttm/s/b.rttm"
    Path(foreign).touch()
    found = check()
    assert found.must_be_made(foreign, ORIGIN)
    assert found.must_be_made(foreign, ORIGIN)  # also for a second rule that asks
    assert found.lines() == [
        f"files that no job made, with the path of a result: {foreign}; copies are kept as .aside"
    ]


def test_a_file_of_an_earlier_version_is_accepted_without_a_record_but_no_folder():
    os.remove(FOLDER / "all.tsv")
    Path("results/c/rttm/s/b.rttm").touch()
    os.mkdir("results/c/rttm/s/c.rttm")
    assert not must_be_made("results/c/rttm/s/b.rttm")
    assert must_be_made("results/c/rttm/s/c.rttm")


def test_a_file_of_a_job_that_was_killed_is_accepted_with_any_content():
    """Snakemake makes it again, because it has noted that the job is incomplete."""
    JobRecords(LOG, "import_rttm").begin([RTTM])
    Path(RTTM).write_text("half")
    assert not must_be_made()
    os.remove(RTTM)
    os.mkdir(RTTM)
    assert must_be_made()


def test_the_files_of_a_job_over_all_recordings_are_those_of_its_records():
    found = check()
    assert found.paths_of_job("logs/c/report_corpus.log") == ["results/c/der.csv"]
    assert found.paths_of_job(LOG) == []  # a job over single recordings
    assert found.paths_of_job("logs/other.log") == []


def test_no_content_is_compared_while_a_run_is_at_work():
    Path(RTTM).write_text("other content")
    with open(".snakemake/diarflow.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        found = check()
        assert not found.must_be_made(RTTM, ORIGIN) and not found.is_missing(RTTM)
        assert found.must_be_made(RTTM, "ba9876543210")
        assert found.warnings() == [
            "results are not searched for damage: a run is at work here, "
            "or .snakemake/diarflow.lock cannot be locked"
        ]
        found.restore_times()
        found.save()
        assert records()[RTTM].size == len("content")
    assert must_be_made()  # the lock ended with its process


# --- times --------------------------------------------------------------------------------------


@pytest.mark.parametrize("moved", [-(10**12), 10**12], ids=["older", "newer"])
def test_a_restored_result_gets_its_recorded_time_back(moved):
    os.utime(RTTM, ns=(WRITTEN + moved, WRITTEN + moved))
    assert not must_be_made()
    found = check()
    assert os.stat(RTTM).st_mtime_ns == WRITTEN + moved  # finding it has no side effects
    found.restore_times()
    assert os.stat(RTTM).st_mtime_ns == file_state(RTTM).mtime_ns == WRITTEN
    assert found.lines() == []


def test_times_in_the_future_become_the_present_in_the_same_order():
    """As after a run with a clock that was ahead: the audio is older than the two files of a later job."""
    future = time.time_ns() + 10**15
    times = {"results/c/x.wav": 0, "results/c/x.rttm": 5, "results/c/x.json": 5}
    for path, offset in times.items():
        write_result(path, rule="prepare_audio", log=f"logs/{path}.log")
        os.utime(path, ns=(future + offset, future + offset))
        JobRecords(f"logs/{path}.log", "prepare_audio").end({path: ORIGIN})
    before = time.time_ns()
    check().restore_times()
    audio, rttm, sidecar = (os.stat(path).st_mtime_ns for path in times)
    assert before - 10_000 < audio < rttm == sidecar < time.time_ns()
    assert {path: records()[path].mtime_ns for path in times} == {
        "results/c/x.wav": audio, "results/c/x.rttm": rttm, "results/c/x.json": rttm,
    }  # fmt: skip
    assert not any(must_be_made(path) for path in times)
    assert os.stat(RTTM).st_mtime_ns == WRITTEN


def test_a_time_that_cannot_be_set_is_reported(monkeypatch):
    """The file of another user."""
    os.utime(RTTM, (1, 1))
    found = check()

    def refused(*arguments, **keywords):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refused)
    found.restore_times()
    assert found.lines() == [
        f"could not set the time of results: {RTTM}; changes of inputs that are older than these can be missed"
    ]


# --- what is kept -------------------------------------------------------------------------------


def kept():
    return sorted(path.name for path in Path("results").rglob("*.aside*"))


def test_an_edited_result_is_kept_aside_and_stays_older_than_all_inputs():
    """It stays in its place, because Snakemake has planned with it."""
    Path(RTTM).write_text("by hand")
    check().keep_aside(RTTM)
    assert Path(f"{RTTM}.aside").read_text() == Path(RTTM).read_text() == "by hand"
    assert os.stat(RTTM).st_mtime == 1


def test_each_content_is_kept_once():
    for content in ("first", "second", "first"):
        Path(RTTM).write_text(content)
        check().keep_aside(RTTM)
    assert kept() == ["a.rttm.aside", "a.rttm.aside-1"]
    assert Path(f"{RTTM}.aside-1").read_text() == "second"


def test_a_folder_in_place_of_a_result_is_kept_with_its_files():
    os.remove(RTTM)
    os.mkdir(RTTM)
    Path(RTTM, "notes.txt").touch()
    check().keep_aside(RTTM)
    assert Path(f"{RTTM}.aside/notes.txt").exists()
    assert Path(RTTM).is_file() and os.stat(RTTM).st_size == 0


def test_a_link_in_place_of_a_result_is_kept_as_a_link():
    os.remove(RTTM)
    Path("mine.rttm").write_text("mine")
    os.symlink(os.path.abspath("mine.rttm"), RTTM)
    check().keep_aside(RTTM)
    assert os.readlink(f"{RTTM}.aside") == os.path.abspath("mine.rttm")
    assert Path("mine.rttm").read_text() == "mine" and os.stat("mine.rttm").st_mtime > 1


def test_an_edited_page_is_moved():
    write_result(PAGE, rule="report_all", log="logs/report/report_all.log")
    Path(PAGE).write_text("by hand")
    check().keep_aside(PAGE)
    assert Path(f"{PAGE}.aside").read_text() == "by hand" and not Path(PAGE).exists()


def test_an_unchanged_or_deleted_result_is_not_kept():
    check().keep_aside(RTTM)
    Path(RTTM).write_text("by hand")
    found = check()
    os.remove(RTTM)
    found.keep_aside(RTTM)
    assert kept() == []


def test_the_records_of_a_folder_of_an_earlier_version_contain_all_of_its_files():
    """Their content is not known, but a file that is added later is foreign."""
    for path in [FOLDER / "all.tsv", *FOLDER.glob("new/*")]:
        os.remove(path)
    Path("results/c/rttm/s/a.rttm.aside").touch()
    check().save()
    size = len("content")
    assert records() == {
        path: ResultRecord("", "", size, WRITTEN) for path in ("results/c/der.csv", RTTM)
    }
    assert not must_be_made(origin="any provenance")
    os.utime(RTTM, (1, 1))  # no digest shows whether the content is the same
    assert not must_be_made()
    Path("results/c/rttm/s/b.rttm").touch()
    assert must_be_made("results/c/rttm/s/b.rttm")
