"""The plan of a run: variants in use, inputs of the report, evaluated detectors."""

import os

import pytest
from test_settings import settings

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.planning.plan import Plan
from diarflow.planning.recording import Recording
from diarflow.planning.report_content import evaluated_detectors

RECORDING = Recording("c", "a", "a", "a.wav")


def plan_of(*systems, recordings=(RECORDING,)):
    corpus = {"name": "c", "recordings": "c.tsv", "systems": list(systems)}
    return Plan(settings({"corpora": [corpus]}), recordings)


@pytest.mark.parametrize(
    ("system", "networks"), [("best", ["campplus", "segmentation"]), ("classic-oracle-changes", [])]
)
def test_a_failed_network_counts_only_if_a_system_reads_its_output(
    tmp_path, monkeypatch, system, networks
):
    monkeypatch.chdir(tmp_path)
    for network in ("bilstm", "segmentation", "campplus"):
        write_failure(Failure("c", "compute_activations", network, "a", "no memory", "a.log"))
    plan = plan_of(system)
    assert sorted(plan.variants("compute_activations", "c")) == networks
    assert sorted(failure.variant for failure in plan.failures()) == networks


def test_the_report_declares_newer_audio_and_one_older_file(tmp_path, monkeypatch):
    """Snakemake reads each declared input once for each output of the report."""
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "results/report/der.csv"
    paths = [tmp_path / f"results/c/audio/{id}.wav" for id in "abcd"]
    for time, path in enumerate([*paths, output]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1000 + time, 1000 + time))
    os.utime(tmp_path / "results/c/audio/c.wav", (2000, 2000))
    plan = plan_of("best", recordings=[Recording("c", id, id, f"{id}.wav") for id in "abcd"])
    assert plan.audio("results/report/der.csv") == [f"results/c/audio/{id}.wav" for id in "ca"]
    assert plan.audio() == [f"results/c/audio/{id}.wav" for id in "abcd"]


@pytest.mark.parametrize(
    ("systems", "detectors"),
    [(["best", "fast"], None), (["best", "classic"], ["none", "bilstm-divergence"])],
)
def test_no_change_detection_is_evaluated_only_beside_a_detector(systems, detectors):
    recordings = [
        Recording("c", "a", "a", "a.wav", reference="a.rttm"),
        Recording("c", "b", "b", "b.wav"),
    ]
    evaluated = evaluated_detectors(plan_of(*systems, recordings=recordings))
    expected = {"c": {"recordings": ["a"], "changes": detectors}} if detectors else {}
    assert evaluated == expected
