"""Jobs over several recordings: the same results as single jobs, and the same re-runs."""

import os

import pytest
from workflow_runs import BATCHES, digests


def make_older(folder, recording, seconds):
    """Move the times of all files of a recording back, as if an earlier run had written them."""
    for path in folder.rglob(f"{recording}.*"):
        if ".snakemake" not in path.parts:
            time = path.stat().st_mtime - seconds
            os.utime(path, (time, time))


def test_another_batch_size_reruns_nothing_even_if_recordings_differ_in_age(finished):
    make_older(finished.folder, "a", 3600)
    assert finished.planned(overlay=BATCHES) == {}


def test_a_changed_setting_reruns_in_batches_and_is_then_complete_for_single_jobs(finished):
    changed = {"clustering": {"kmeans": {"n_init": 5}}}
    scores = "results/tiny/der.csv"
    assert finished(scores, overlay=BATCHES | changed).jobs == {
        "cluster_segments": 1, "build_turns": 1, "write_rttm": 1, "score_recording": 1,
        "report_corpus": 1,
    }  # fmt: skip
    assert finished.planned(scores, overlay=BATCHES | changed) == {}
    assert finished.planned(scores, overlay=changed) == {}


@pytest.mark.slow
def test_batches_on_two_cores_and_single_jobs_write_the_same_bytes(finished):
    before = digests(finished.folder)
    (finished.folder / "results").rename(finished.folder / "before")
    products = ["rttm", "changes", "results/tiny/der.csv"]
    done = finished(*products, "--cores", "2", overlay=BATCHES)
    assert done.jobs["detect_speech"] == 1 and done.jobs["write_rttm"] == 2  # systems
    for log in (finished.folder / "logs").rglob("batch-*"):
        log.unlink()  # the report links to all logs
    assert finished().jobs == {"evaluate_changes": 1, "report_all": 1, "all": 1}
    assert digests(finished.folder) == before


def test_a_changed_file_reruns_its_batch(finished):
    other = (finished.folder / "audio/other.rttm").read_text()
    (finished.folder / "audio/b.rttm").write_text(other.replace(" a ", " b "))
    assert finished.planned(overlay=BATCHES) == {
        "prepare_reference": 1, "score_recording": 2, "evaluate_changes": 1,
        "report_corpus": 1, "report_all": 1, "all": 1,
    }  # fmt: skip
