"""Records of the files of a job over all recordings."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from diarflow.runs import report_records
from diarflow.runs.report_records import record_at_exit
from diarflow.runs.result_records import made_from, merged_records

PAGES = "results/report/recordings/pages.tsv"
OUTPUTS = ["results/report/der.csv", PAGES, "results/report/times.js"]


@pytest.fixture
def at_exit(tmp_path, monkeypatch):
    """Record the outputs of a report; return a function that does what the end of its process does."""
    monkeypatch.chdir(tmp_path)
    registered = []
    monkeypatch.setattr(report_records.atexit, "register", lambda *call: registered.append(call))
    job = SimpleNamespace(
        rule="report_all", log=["logs/report/report_all.log"], output=OUTPUTS,
        params=SimpleNamespace(provenance="settings"),
    )  # fmt: skip
    record_at_exit(job)
    ((function, *arguments),) = registered
    return lambda: function(*arguments)


def write_outputs():
    for path in OUTPUTS:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("content")
    Path(PAGES).write_text("corpus\trecording\nc\ta\nc\tb\n")
    Path("results/report/recordings/c").mkdir()
    for id in "ab":
        Path(f"results/report/recordings/c/{id}.html").touch()


def test_outputs_are_recorded_at_the_start_with_any_content(at_exit):
    records, _ = merged_records()
    assert {path: record.mtime_ns for path, record in records.items()} == dict.fromkeys(OUTPUTS, 0)


def test_outputs_and_listed_pages_are_recorded_at_the_exit_but_no_measurements(at_exit):
    write_outputs()
    at_exit()
    records, _ = merged_records()
    assert set(records) == {
        "results/report/der.csv", PAGES,
        "results/report/recordings/c/a.html", "results/report/recordings/c/b.html",
    }  # fmt: skip
    assert {record.made_from for record in records.values()} == {made_from("settings")}
    assert all(record.sha256 for record in records.values())


def test_the_folder_of_the_run_counts_and_not_that_of_the_exit(at_exit, tmp_path, monkeypatch):
    write_outputs()
    monkeypatch.chdir("/")
    at_exit()
    assert len(merged_records(tmp_path / "results/records")[0]) == 4


def test_a_job_that_failed_leaves_no_record_of_a_file_that_it_did_not_write(at_exit):
    at_exit()
    assert merged_records()[0] == {}


def test_a_forked_child_records_nothing(at_exit, monkeypatch):
    write_outputs()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    at_exit()
    assert merged_records()[0]["results/report/der.csv"].mtime_ns == 0
