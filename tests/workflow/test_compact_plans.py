"""Compact plans, in which a batch declares one file of each kind: the same results and re-runs as other plans."""

import os
import time

import pytest
import yaml
from workflow_runs import BATCHES, Workflow, digests

from tests.workflow.test_result_records import SCORES, final, write_corpus

COMPACT = BATCHES | {"compact_plan": True}
STARTS = {"a": 0.5, "b": 1.0, "c": 2.0, "d": 3.0}


@pytest.fixture
def corpus(tmp_path):
    write_corpus(tmp_path, **STARTS)
    return Workflow(tmp_path)


def test_a_compact_plan_makes_the_same_results_and_is_then_complete(corpus):
    corpus(overlay=COMPACT)
    results = digests(corpus.folder)
    records = list((corpus.folder / ".snakemake/metadata").rglob("*"))
    assert "Nothing to be done" in corpus(overlay=COMPACT).text
    assert corpus.planned() == {}
    for name in ("results", ".snakemake", "logs"):
        (corpus.folder / name).rename(corpus.folder / f"{name}-compact")
    corpus()
    assert digests(corpus.folder) == results
    assert corpus.planned(overlay=COMPACT) == {}
    assert len(records) < len(list((corpus.folder / ".snakemake/metadata").rglob("*")))


@pytest.mark.parametrize("id", "abcd")
@pytest.mark.parametrize("kind", ["reference/{}.json", "rttm/s/{}.rttm", "rttm/s/{}.json"])
def test_any_deleted_result_is_made_again(corpus, kind, id):
    corpus(SCORES, overlay=COMPACT)
    expected = final(corpus.folder)
    (corpus.folder / "results/c" / kind.format(id)).unlink()
    corpus(SCORES, overlay=COMPACT)
    assert final(corpus.folder) == expected
    assert corpus.planned(SCORES, overlay=COMPACT) == {}


@pytest.mark.parametrize("id", "abcd")
def test_a_changed_source_of_any_recording_is_noticed(corpus, id):
    corpus(SCORES, overlay=COMPACT)
    path = corpus.folder / f"rttm/{id}.rttm"
    path.write_text(path.read_text().replace(" 5 ", " 4 "))
    assert corpus.planned(SCORES, overlay=COMPACT) == {"import_rttm": 1, "score_recording": 1, "report_corpus": 1}  # fmt: skip
    corpus(SCORES, overlay=COMPACT)
    assert corpus.planned(SCORES, overlay=COMPACT) == {}


@pytest.mark.parametrize("id", "abcd")
def test_an_input_that_is_newer_than_its_result_is_noticed(corpus, id):
    corpus(SCORES, overlay=COMPACT)
    # an earlier run was killed between the two jobs, and its records were lost
    for place, seconds in (("results/c/rttm/s/{}.rttm", 0), ("results/c/scores/s/{}.parquet", -60)):
        now = time.time() + seconds
        os.utime(corpus.folder / place.format(id), (now, now))
    for path in (corpus.folder / "results/records").rglob("*.tsv"):
        path.unlink()
    assert corpus.planned(SCORES, overlay=COMPACT) == {"score_recording": 1, "report_corpus": 1}


def test_a_new_recording_and_a_removed_one(corpus):
    corpus(SCORES, overlay=COMPACT)
    write_corpus(corpus.folder, b=1.0, c=2.0, d=3.0, e=4.0)
    corpus(SCORES, overlay=COMPACT)
    rows = (corpus.folder / SCORES).read_text()
    assert ",e," in rows and ",a," not in rows
    assert corpus.planned(SCORES, overlay=COMPACT) == {}


def test_a_killed_job_leaves_no_result_of_earlier_settings(corpus):
    """The job wrote some recordings, and the batches are others in the next run."""
    corpus(SCORES, overlay=COMPACT)
    expected = final(corpus.folder)
    config = yaml.safe_load((corpus.folder / "my.yaml").read_text())
    bad = corpus.folder / "rttm/c.rttm"
    content = bad.read_text()
    bad.unlink()
    bad.mkdir()  # an error of the operating system, which ends the job
    failed = corpus(SCORES, overlay=COMPACT, check=False)
    assert failed.status != 0, failed.text
    bad.rmdir()
    bad.write_text(content)
    assert config["batch_size"] == 10
    corpus(SCORES, overlay=COMPACT | {"batch_size": 2})
    assert final(corpus.folder) == expected


def test_the_path_of_a_file_is_a_target(corpus):
    path = "results/c/rttm/s/c.rttm"
    done = corpus(path, overlay=COMPACT)
    assert done.jobs == {"import_rttm": 1}
    assert (corpus.folder / path).is_file()
