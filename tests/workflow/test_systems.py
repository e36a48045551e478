"""The systems best and fast on synthetic voices: from audio to RTTM, and the re-runs after a changed setting."""

import csv
import json

import pytest
from workflow_runs import (
    BATCHES,
    Workflow,
    build_once,
    copied,
    record_threads,
    write_tiny_corpus,
)

CLUSTERS = {"cluster_segments", "build_turns", "write_rttm", "score_recording"}
EMBEDDINGS = {"embed_segments", *CLUSTERS}
AGGREGATING = {"report_corpus", "report_all", "evaluate_changes", "all"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run both systems, each rule in one job."""

    def build(folder):
        write_tiny_corpus(folder, "best", "fast")
        Workflow(folder)(
            "--cores", "2", overlay=BATCHES, **record_threads(folder),
            OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2",
        )  # fmt: skip

    return build_once(tmp_path_factory, "systems", build)


def test_every_job_has_one_thread_in_every_library(folder):
    threads = [json.loads(path.read_text()) for path in (folder / "threads").iterdir()]
    assert len(threads) > 20
    for recorded in threads:
        assert recorded["cpu_of_others"] < 0.2
        assert set(recorded["pools"].values()) <= {1}, recorded["pools"]


def test_speech_is_detected_and_the_number_of_speakers_is_estimated(folder):
    """Confusion is not tested: the networks know human voices, to which synthetic ones sound alike."""
    with open(folder / "results/tiny/der.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "full"]
    totals = {row["system"]: row for row in rows if row["recording"] == "ALL"}
    for system in ("best", "fast"):
        errors = float(totals[system]["missed"]) + float(totals[system]["false_alarm"])
        assert errors < 0.25 * float(totals[system]["reference_seconds"])
        text = (folder / f"results/tiny/rttm/{system}/a.rttm").read_text()
        assert "SPEAKER a 1 " in text and "given" not in text


@pytest.mark.parametrize(
    ("stage", "variant", "values", "rules"),
    [
        ("clustering", "vbx", {"Fb": 0.9}, CLUSTERS),
        ("turns", "activations", {"mix": 0.7}, CLUSTERS - {"cluster_segments"}),
        ("embedding", "campplus-short", {"hop": 1.0}, {"embed_segments", "build_turns"}),
        ("overlap", "segmentation", {"onset": 1.4}, {"detect_overlap", *EMBEDDINGS}),
        ("speech", "segmentation", {"onset": 0.5}, {"detect_speech", "resegment", *EMBEDDINGS}),
    ],
)
def test_a_changed_setting_of_best_reruns_no_network(
    folder, tmp_path, stage, variant, values, rules
):
    run = copied(folder, tmp_path)
    planned = set(run.planned(overlay={stage: {variant: values}})) - AGGREGATING
    if stage == "embedding":
        assert rules <= planned <= rules | {"write_rttm", "score_recording"}
    else:
        assert planned == rules
