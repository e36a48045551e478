"""Results that are damaged, foreign, restored or older than their inputs: a run ends with the results of a fresh one."""

import os
import shutil
import time
from pathlib import Path

import pytest
import yaml
from damage import damage_in_turn, one_of, restore
from workflow_runs import Workflow, build_once, copied, digests

SCORES = "results/c/der.csv"


def write_corpus(folder: Path, **starts: float) -> None:
    """Write recordings without audio: a turn of 5 s in the reference and, `starts` later, in the imported system."""
    (folder / "rttm").mkdir(parents=True, exist_ok=True)
    (folder / "reference").mkdir(exist_ok=True)
    for id, start in starts.items():
        turn = "SPEAKER {} 1 {} 5 <NA> <NA> a <NA> <NA>\n"
        (folder / f"reference/{id}.rttm").write_text(turn.format(id, 10.0))
        (folder / f"rttm/{id}.rttm").write_text(turn.format(id, 10.0 + start))
    (folder / "table.tsv").write_text("recording\n" + "".join(f"{id}\n" for id in starts))
    corpus = {"name": "c", "recordings": "table.tsv", "reference": "reference", "systems": ["s"]}
    config = {"corpora": [corpus], "systems": {"s": {"rttm": "rttm"}}, "batch_size": 10}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


def final(folder: Path) -> dict[str, str]:
    """Return the digests of the results, without records, and without what was moved aside."""
    return {
        path: digest
        for path, digest in digests(folder).items()
        if not path.startswith("records/") and ".aside" not in path
    }


@pytest.fixture(scope="module")
def _scored(tmp_path_factory):
    def build(folder):
        write_corpus(folder, a=0.5, b=1.0)
        Workflow(folder)()

    return build_once(tmp_path_factory, "scored", build)


@pytest.fixture
def scored(_scored, tmp_path):
    return copied(_scored, tmp_path)


def result_files(folder: Path, *, records: bool = False) -> list[Path]:
    """Return the results, or their records, in the order of their paths."""
    paths = sorted(path for path in (folder / "results").rglob("*") if path.is_file())
    return [path for path in paths if ("records" in path.parts) == records]


# tests/slow/test_damaged_results.py damages each file in each of the six kinds
def test_every_damaged_result_is_made_again(scored):
    expected = final(scored.folder)
    damage_in_turn(result_files(scored.folder), 0)
    text = scored().text
    assert "damaged or were changed by hand" in text
    assert "INFO:snakemake" not in text  # a second copy of each line
    assert final(scored.folder) == expected
    assert "Nothing to be done" in scored().text
    kept = list((scored.folder / "results").rglob("*.aside*"))
    assert any("rttm" in path.name for path in kept)
    folders = [path for path in kept if path.is_dir()]
    assert folders and all((path / "notes.txt").is_file() for path in folders)


TABLES = [SCORES, "results/report/changes.csv", "results/report/der.csv"]


@pytest.mark.parametrize("table", one_of(TABLES, fast=SCORES))
def test_a_deleted_table_is_made_again(scored, table):
    expected = (scored.folder / table).read_bytes()
    (scored.folder / table).unlink()
    scored()
    assert (scored.folder / table).read_bytes() == expected


def test_a_lost_failure_record_is_made_again(scored):
    """Without it, the run would end as if no recording had been set aside."""
    shutil.copy(scored.folder / "rttm/b.rttm", scored.folder / "rttm/a.rttm")
    assert scored(SCORES, check=False).status == 3
    (record,) = (scored.folder / "results/c/failures").rglob("*.json")
    content = record.read_text()
    record.unlink()
    done = scored(SCORES, check=False)
    assert done.status == 3 and done.jobs["import_rttm"] == 1
    assert record.read_text() == content
    assert "Nothing to be done" in scored(SCORES, check=False).text


def test_damaged_records_rerun_nothing_and_hide_no_change(scored):
    damage_in_turn(result_files(scored.folder, records=True), 0)
    assert "Nothing to be done" in scored(SCORES).text
    write_corpus(scored.folder, a=0.5, b=2.0)
    assert scored(SCORES).jobs["import_rttm"] == 1


def test_lost_records_and_a_killed_run_hide_no_changed_row(scored):
    """The run writes the new row to the plan file, and its jobs die."""
    shutil.rmtree(scored.folder / "results/records")
    write_corpus(scored.folder, a=0.5, b=2.0)
    (scored.folder / "killed").mkdir()
    (scored.folder / "killed/sitecustomize.py").write_text(KILLED)
    killed = scored(SCORES, "--retries", "0", check=False, PYTHONPATH=str(scored.folder / "killed"))
    assert killed.status == 1
    shutil.rmtree(scored.folder / "results/records", ignore_errors=True)
    assert scored(SCORES).jobs["import_rttm"] == 1


KILLED = """
import os, sys

if ".snakemake/scripts/" in sys.orig_argv[-1]:
    os._exit(9)
"""


def test_a_lost_snakemake_folder_reruns_nothing_and_hides_no_change(scored):
    shutil.rmtree(scored.folder / ".snakemake")
    assert "Nothing to be done" in scored().text
    shutil.rmtree(scored.folder / ".snakemake")
    changed = {"scores": {"collar_each_side": 0.5}}
    assert scored.planned(SCORES, overlay=changed)["score_recording"] == 1
    assert scored(SCORES, overlay=changed).jobs["score_recording"] == 1
    fresh = Workflow(scored.folder.parent / "fresh")
    write_corpus(fresh.folder, a=0.5, b=1.0)
    fresh(SCORES, overlay=changed)
    assert (scored.folder / SCORES).read_bytes() == (fresh.folder / SCORES).read_bytes()


def test_restored_results_are_made_again_if_their_inputs_have_changed_since(scored):
    """A backup brings back old results with their records and times, but not `.snakemake`."""
    backup = scored.folder.parent / "backup"
    shutil.copytree(scored.folder / "results", backup)
    write_corpus(scored.folder, a=0.5, b=2.0)
    scored(SCORES)
    expected = final(scored.folder)
    restore(backup, scored.folder / "results")
    scored(SCORES)
    assert final(scored.folder) == expected


def test_a_file_that_no_job_made_is_not_taken_for_a_result(scored):
    write_corpus(scored.folder, a=0.5, b=1.0, d=3.0)
    rttm = scored.folder / "results/c/rttm/s"
    shutil.copy2(rttm / "a.rttm", rttm / "d.rttm")
    assert "path of a result: results/c/rttm/s/d.rttm" in scored(SCORES).text
    assert (rttm / "d.rttm").read_text().split()[-10:][1:5] == ["d", "1", "13.000", "5.000"]
    assert (rttm / "d.rttm.aside").exists()


def test_results_with_times_in_the_future_hide_no_change(scored):
    future = time.time() + 1e8
    for folder in ("results", ".snakemake", "logs"):
        for path in (scored.folder / folder).rglob("*"):
            os.utime(path, (future, future))
    write_corpus(scored.folder, a=0.5, b=2.0)
    assert scored(SCORES).jobs["import_rttm"] == 1
    assert "Nothing to be done" in scored(SCORES).text


@pytest.mark.slow
def test_results_of_a_clock_that_was_ahead_hide_no_change(scored):
    """Here the records have times in the future too."""
    records = scored.folder / "results/records"
    for path in [records / "all.tsv", *records.glob("new/*.tsv")]:
        lines = path.read_text().splitlines(keepends=True)
        for number, text in enumerate(lines[1:-1], 1):
            fields = text.split("\t")
            moved = int(fields[4]) + 10**17
            os.utime(scored.folder / fields[0], ns=(moved, moved))
            lines[number] = "\t".join([*fields[:4], str(moved), *fields[5:]])
        path.write_text("".join(lines))
    assert "Nothing to be done" in scored(SCORES).text
    write_corpus(scored.folder, a=0.5, b=2.0)
    assert scored(SCORES).jobs["import_rttm"] == 1
    assert "Nothing to be done" in scored(SCORES).text


def test_results_of_an_earlier_version_have_no_records_and_rerun_nothing(scored):
    shutil.rmtree(scored.folder / "results/records")
    assert "Nothing to be done" in scored().text
