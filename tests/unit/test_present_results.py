"""Records of results that an earlier version made: which files below `results/` get one."""

import json

import pytest

from diarflow.planning.file_states import scan_again
from diarflow.planning.result_check import ResultCheck
from diarflow.runs.result_records import merged_records

RESULT = "results/c/rttm/s/a.rttm"
# written by planning, or by a job beside its results
OTHERS = [
    "results/c/plan.jsonl",
    "results/c/recordings/audio/a.json",
    "results/c/recordings.tsv",
    "results/c/simulated/recordings.tsv",
    "results/c/failures/prepare_audio/a.json",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in (RESULT, *OTHERS):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(path))
    return tmp_path


def test_results_of_jobs_are_recorded_and_files_of_planning_are_not(folder):
    ResultCheck().save()
    assert list(merged_records()[0]) == [RESULT]


def test_a_row_that_changed_is_no_damaged_result(folder):
    ResultCheck().save()
    for path in (RESULT, *OTHERS):
        (folder / path).write_text("another length")
    scan_again()
    (line,) = ResultCheck().warnings()
    assert RESULT in line and not any(path in line for path in OTHERS)
