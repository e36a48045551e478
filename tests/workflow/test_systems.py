"""The systems best and fast on synthetic voices: from audio to RTTM, and the re-runs after a changed setting."""

import csv
import json

import pytest
from workflow_runs import (
    BATCHES,
    TINY_TABLE,
    Workflow,
    build_once,
    copied,
    record_threads,
    write_tiny_corpus,
)

from diarflow.artifacts.sidecars import read_sidecar
from diarflow.formats.rttm import read_turns

CLUSTERS = {"cluster_segments", "build_turns", "write_rttm", "score_recording"}
EMBEDDINGS = {"embed_segments", *CLUSTERS}
AGGREGATING = {"report_corpus", "report_all", "evaluate_changes", "all"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run three systems, each rule in one job."""

    def build(folder):
        write_tiny_corpus(folder, "best", "fast", "classic-kmeans")
        (folder / "tiny.tsv").write_text(TINY_TABLE.replace("\t2\t", "\t\t"))
        Workflow(folder)("--cores", "2", overlay=BATCHES)

    return build_once(tmp_path_factory, "systems", build)


@pytest.mark.slow
def test_every_job_has_one_thread_in_every_library(tmp_path):
    """BLAS and OpenMP have pools of one thread, and all CPU time is that of the main thread.

    The environment of the user sets two threads.
    """
    folder = tmp_path / "tiny"
    folder.mkdir()
    write_tiny_corpus(folder, "best", "fast", "classic-kmeans")
    two = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    Workflow(folder)("--cores", "2", overlay=BATCHES, **record_threads(folder), **two)
    files = list((folder / "threads").iterdir())
    threads = [(path.name.partition("-")[0], json.loads(path.read_text())) for path in files]
    assert {rule for rule, _ in threads} == {
        *EMBEDDINGS, *AGGREGATING - {"all"}, "prepare_audio", "prepare_reference", "compute_activations",
        "detect_speech", "detect_changes", "detect_overlap", "resegment",
    }  # fmt: skip
    for rule, recorded in threads:
        assert recorded["cpu_of_others"] < 0.2, rule
        assert set(recorded["pools"].values()) <= {1}, (rule, recorded["pools"])
    for rule, library in (("embed_segments", "openblas"), ("cluster_segments", "gomp")):
        assert any(
            library in pool for name, job in threads if name == rule for pool in job["pools"]
        )


def test_speech_is_detected_and_the_number_of_speakers_is_estimated(folder):
    """Confusion is not tested: the networks know human voices, to which synthetic ones sound alike."""
    with open(folder / "results/tiny/der.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "full"]
    totals = {row["system"]: row for row in rows if row["recording"] == "ALL"}
    for system in ("best", "fast"):
        errors = float(totals[system]["missed"]) + float(totals[system]["false_alarm"])
        assert errors < 0.25 * float(totals[system]["reference_seconds"])
        text = (folder / f"results/tiny/rttm/{system}/a.rttm").read_text()
        assert "SPEAKER a 1 " in text and ";;" not in text


@pytest.mark.slow
def test_the_number_of_speakers_in_the_table_is_used_by_default(folder, tmp_path):
    """Two voices that sound alike to the network are one cluster, unless the table says otherwise."""
    run = copied(folder, tmp_path)
    rttm = run.folder / "results/tiny/rttm/best/a.rttm"
    assert speakers_of(rttm) == {"SPEAKER_00"}
    (run.folder / "tiny.tsv").write_text(TINY_TABLE)
    run("results/tiny/rttm/best/a.rttm")
    assert speakers_of(rttm) == {"SPEAKER_00", "SPEAKER_01"}
    assert read_sidecar(rttm.with_suffix(".json")) == {"speakers_given": True}


def speakers_of(rttm):
    return {turn.speaker for turn in read_turns(rttm)}


@pytest.mark.parametrize(
    ("stage", "variant", "values", "rules"),
    [
        ("clustering", "consensus", {"agreement": 0.5}, CLUSTERS),
        ("turns", "pooled", {"mix": 0.7}, CLUSTERS - {"cluster_segments"}),
        ("embedding", "pooled", {"hop": 1.0}, EMBEDDINGS),
        ("overlap", "segmentation", {"onset": 0.6}, {"detect_overlap", *EMBEDDINGS}),
        ("systems", "best", {"overlap": "none"}, EMBEDDINGS),  # `classic` has made this overlap
        ("speech", "segmentation", {"onset": 0.6}, {"detect_speech", "resegment", *EMBEDDINGS}),
    ],
)
def test_a_changed_setting_of_best_reruns_no_network(
    folder, tmp_path, stage, variant, values, rules
):
    run = copied(folder, tmp_path)
    planned = set(run.planned(overlay={stage: {variant: values}})) - AGGREGATING
    assert planned == rules
