"""A complete run of two systems on a folder of unusual and damaged audio files."""

import json
from pathlib import Path

import edge_case_audio
import pytest
from workflow_runs import Workflow

from diarflow.formats.rttm import read_turns
from diarflow.runs.rows import iterate_rows

pytestmark = pytest.mark.slow
SYSTEMS = ("classic", "best")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the completed run, its folder, and the expectation for each recording by id."""
    folder = tmp_path_factory.mktemp("edge-cases")
    edge_case_audio.write_files(folder / "calls")
    corpus = {"name": "h", "audio": "calls", "systems": list(SYSTEMS)}
    (folder / "my.yaml").write_text(json.dumps({"corpora": [corpus], "batch_size": 16}))
    done = Workflow(folder)("--cores", "2", check=False)
    files = {id: row["audio"]["audio"] for id, row in iterate_rows(folder / "results/h/plan.jsonl")}
    expected = {id: edge_case_audio.FILES[Path(file).name] for id, file in files.items()}
    return done, folder, expected


def test_the_run_ends_with_the_status_for_recordings_that_were_set_aside(run):
    done, _, expected = run
    names = [name for name in edge_case_audio.FILES if not name.startswith(".")]  # not hidden
    assert done.status == 3 and len(expected) == len(names), done.text


def test_exactly_the_unreadable_recordings_have_failure_records(run):
    _, folder, expected = run
    paths = folder.glob("results/h/failures/**/*.json")
    records = [json.loads(path.read_text()) for path in paths]
    assert {record["rule"] for record in records} == {"prepare_audio"}
    reasons = {record["recording"]: record["reason"] for record in records}
    assert reasons.keys() == {id for id, case in expected.items() if case.reason}
    assert all(expected[id].reason in reason for id, reason in reasons.items())
    page = (folder / "results/report/index.html").read_text()
    assert all(id in page for id in reasons)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_recording_has_a_valid_rttm(run, system):
    _, folder, expected = run
    turns = {id: read_turns(folder / f"results/h/rttm/{system}/{id}.rttm") for id in expected}
    assert not any(turns[id] for id, case in expected.items() if case.reason)
    assert sum(map(bool, turns.values())) > 0.7 * len(turns)


def test_file_names_are_neither_executed_nor_written_into_pages_unescaped(run):
    done, folder, _ = run
    assert not list(folder.rglob("stolen*"))
    assert {path.name for path in folder.iterdir()} <= {
        "calls", "my.yaml", "results", "logs", ".snakemake", ".cache",
    }  # fmt: skip
    for page in folder.glob("results/report/**/*.html"):
        assert "<script>alert" not in page.read_text()
    assert "\x1b[31mred" not in done.text


def test_the_next_run_has_nothing_to_do(run):
    _, folder, expected = run
    failed = sum(case.reason is not None for case in expected.values())
    again = Workflow(folder)(check=False)
    assert "Nothing to be done" in again.text and f"set aside so far: {failed} (" in again.text
