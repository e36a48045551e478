"""Jobs that work on several recordings: the same files, and the same re-runs."""

import os

from diarflow.artifacts.failures import Failure
from diarflow.formats.rttm import read_turns

BOTH = {"batch_size": 2}


def made_earlier(folder, recording, seconds):
    """Make everything of a recording older, as if it had been there before the others."""
    for path in folder.rglob(f"{recording}.*"):
        if ".snakemake" not in path.parts:
            time = path.stat().st_mtime - seconds
            os.utime(path, (time, time))


def test_another_batch_size_runs_nothing_again_whenever_each_recording_was_made(finished):
    made_earlier(finished.folder, "a", 3600)
    assert finished.planned(overlay=BOTH) == {}


def test_what_changed_runs_again_in_batches_and_is_done_for_single_jobs_too(finished):
    changed = {"clustering": {"kmeans": {"n_init": 5}}}
    assert finished.planned(overlay=BOTH | changed) == {
        "cluster_segments": 1, "build_turns": 1, "write_rttm": 1, "score_recording": 1,
        "report_corpus": 1, "report_all": 1, "all": 1,
    }  # fmt: skip
    finished(overlay=BOTH | changed)
    assert finished.planned(overlay=BOTH | changed) == {}
    assert finished.planned(overlay=changed) == {}


def test_a_batch_is_a_job_of_each_rule_that_sets_aside_what_fails_and_completes_the_rest(fresh):
    (fresh.folder / "audio/a.wav").write_text("not audio")
    assert set(fresh.planned(overlay=BOTH).values()) == {1}
    done = fresh(overlay=BOTH, check=False)
    assert done.status == 3
    log = "logs/tiny/prepare_audio/batch-1-of-1.log"
    reason = "audio/a.wav: not audio that can be read (Format not recognised.)"
    said = Failure("tiny", "prepare_audio", "", "a", reason, log)
    assert f"set aside: tiny/a at prepare_audio: {reason} [{log}]" in done.text
    assert said.path(fresh.folder / "results").exists() and (fresh.folder / log).exists()
    assert read_turns(fresh.folder / "results/tiny/rttm/classic/a.rttm") == []
    assert read_turns(fresh.folder / "results/tiny/rttm/classic/b.rttm")
    page = (fresh.folder / "results/report/recordings/tiny/b.html").read_text()
    assert "logs/tiny/detect_speech/webrtc/batch-1-of-1.log" in page
    assert '"rule":"embed_segments"' in (fresh.folder / "results/report/times.js").read_text()
    assert fresh.planned() == {}


def test_in_batches_the_artifacts_are_those_of_single_jobs(finished):
    results = finished.folder / "results"
    results.rename(finished.folder / "single")
    finished(overlay=BOTH)
    single = finished.folder / "single"
    for path in (path for path in (single / "tiny").rglob("*.*") if path.is_file()):
        twin = results / path.relative_to(single)
        assert twin.read_bytes() == path.read_bytes(), path


def test_a_file_that_changed_runs_its_batch_again(finished):
    other = (finished.folder / "audio/other.rttm").read_text()
    (finished.folder / "audio/b.rttm").write_text(other.replace(" a ", " b "))
    assert finished.planned(overlay=BOTH) == {
        "prepare_reference": 1, "score_recording": 2, "evaluate_changes": 1,
        "report_corpus": 1, "report_all": 1, "all": 1,
    }  # fmt: skip
