"""A whole run of two systems over a folder of odd and broken files."""

import json
from pathlib import Path

import hostile
import pytest
from conftest import Workflow

from diarflow.formats.rttm import read_turns
from diarflow.planning.recording_files import read_row

pytestmark = pytest.mark.slow
SYSTEMS = ("classic", "best")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The run, its folder, and by recording what was expected of its file."""
    folder = tmp_path_factory.mktemp("hostile")
    hostile.make(folder / "calls")
    corpus = {"name": "h", "audio": "calls", "systems": list(SYSTEMS)}
    (folder / "my.yaml").write_text(json.dumps({"corpora": [corpus], "batch_size": 16}))
    done = Workflow(folder)("--cores", "2", check=False)
    rows = {
        path.stem: read_row(path)["audio"] for path in folder.glob("results/h/recordings/*.json")
    }
    return done, folder, {one: hostile.FILES[Path(audio).name] for one, audio in rows.items()}


def test_the_run_ends_and_its_status_says_that_recordings_were_set_aside(run):
    done, _, expected = run
    assert done.status == 3 and len(expected) == len(hostile.FILES), done.text


def test_the_ledger_holds_what_cannot_be_heard_and_nothing_else(run):
    _, folder, expected = run
    ledger = [json.loads(path.read_text()) for path in folder.glob("results/h/failures/**/*.json")]
    assert {one["rule"] for one in ledger} == {"prepare_audio"}
    found = {one["recording"]: one["reason"] for one in ledger}
    assert found.keys() == {name for name, odd in expected.items() if odd.reason}
    assert all(expected[name].reason in reason for name, reason in found.items())
    page = (folder / "results/report/index.html").read_text()
    assert all(f"h/{name}" in page or name in page for name in found)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_recording_has_a_valid_rttm(run, system):
    _, folder, expected = run
    turns = {name: read_turns(folder / f"results/h/rttm/{system}/{name}.rttm") for name in expected}
    assert not any(turns[name] for name, odd in expected.items() if odd.reason)
    assert sum(map(bool, turns.values())) > 0.7 * len(turns)


def test_no_name_was_run_or_written_into_a_page_as_it_is(run):
    done, folder, _ = run
    assert not list(folder.rglob("stolen*"))
    assert {path.name for path in folder.iterdir()} <= {
        "calls", "my.yaml", "results", "logs", "benchmarks", ".snakemake", ".cache",
    }  # fmt: skip
    for page in folder.glob("results/report/**/*.html"):
        assert "<script>alert" not in page.read_text()
    assert "\x1b[31mred" not in done.text


def test_the_next_run_finds_nothing_to_do(run):
    _, folder, expected = run
    aside = sum(odd.reason is not None for odd in expected.values())
    again = Workflow(folder)(check=False)
    assert "Nothing to be done" in again.text and f"set aside so far: {aside} (" in again.text
