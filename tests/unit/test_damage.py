"""Damaged results of single recordings: which are found, and what a job over all recordings does with them."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from damage import DAMAGES

from diarflow.artifacts.arrays import write_array, write_times
from diarflow.artifacts.failures import failure_records, read_failure
from diarflow.artifacts.tables import COLUMNS, write_table
from diarflow.formats.rttm import write_rttm
from diarflow.runs import damage as module
from diarflow.runs.damage import find_damage, read_intact
from diarflow.runs.result_records import JobRecords
from diarflow.scoring.totals import read_csv
from diarflow.timeline.intervals import Turn

WRITERS = {
    "results/c/speech/v/a.parquet": lambda path: write_table(path, "speech", [(0.0, 1.0)]),
    "results/c/embeddings/v/a.npy": lambda path: write_array(path, np.eye(3)),
    "results/c/activations/v/a.json": lambda path: write_times(path, [0.0, 1.0]),
    "results/c/rttm/s/a.rttm": lambda path: write_rttm(path, "a", [Turn(0.0, 1.0, "x")]),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("path", WRITERS)
def test_a_result_that_differs_from_its_record_is_damaged(path, damage):
    WRITERS[path](path)
    JobRecords("logs/x.log", "some_rule").end({path: "origin"})
    assert find_damage([path]) is None
    DAMAGES[damage](Path(path))
    error = find_damage(["elsewhere/a.wav", path])
    state = "is a folder, expected a file" if damage == "folder" else "is damaged"
    assert str(error) == f"{path}: {state}; the next run makes it again"
    assert error.failure("x.log").rule == "some_rule"


@pytest.mark.parametrize("damage", ["empty", "zeros", "random", "folder"])
@pytest.mark.parametrize("path", [path for path in WRITERS if not path.endswith(".rttm")])
def test_a_result_without_a_record_is_damaged_if_it_cannot_be_parsed(path, damage):
    WRITERS[path](path)
    assert find_damage([path]) is None
    DAMAGES[damage](Path(path))
    assert find_damage([path])


def test_an_error_of_the_disk_is_no_damage(monkeypatch):
    path = "results/c/speech/v/a.parquet"
    WRITERS[path](path)

    def fail(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(module, "_parse", fail)
    with pytest.raises(OSError):
        find_damage([path])


def test_a_job_over_all_recordings_goes_on_without_the_damaged_ones():
    def read(names):
        return [json.loads(Path(f"results/c/x/{name}.json").read_text()) for name in names]

    for name in "abc":
        Path(f"results/c/x/{name}.json").parent.mkdir(parents=True, exist_ok=True)
        Path(f"results/c/x/{name}.json").write_text("1")
    Path("results/c/x/b.json").write_text("half of")
    paths_of = lambda name: [f"results/c/x/{name}.json"]  # noqa: E731
    assert read_intact(read, "abc", paths_of, "x.log") == [1, 1]
    with pytest.raises(ZeroDivisionError):
        read_intact(lambda names: 1 / 0, "ac", paths_of, "x.log")


def test_the_report_of_a_corpus_leaves_out_a_recording_with_damaged_scores(run_script):
    paths = [f"results/c/scores/s/{name}.parquet" for name in "ab"]
    for path in paths:
        values = {"corpus": "c", "system": "s", "recording": Path(path).stem, "protocol": "full"}
        values |= {"speakers_given": False, "failed_rule": None, "extent": "recording"}
        row = [values.get(name, 10.0 if "seconds" in name else 0) for name in COLUMNS["scores"]]
        write_table(path, "scores", [tuple(row)])
    JobRecords("logs/x.log", "score_recording").end(dict.fromkeys(paths, "origin"))
    Path(paths[1]).write_bytes(bytes(100))
    log = run_script("report_corpus", input={}, output={"der": "results/c/der.csv"}, scores=paths)
    rows = read_csv("results/c/der.csv")
    assert set(rows["recording"]) == {"a", "ALL", "COMPLETED"}
    assert f"{paths[1]}: is damaged" in log
    (record,) = failure_records("c")
    failure = read_failure(record)
    assert (failure.rule, failure.variant, failure.recording) == ("score_recording", "s", "b")
