import os

import pytest
from test_settings import settings

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.planning.corpora import Recording
from diarflow.planning.plan import Plan


def plan_of(*systems):
    corpus = {"name": "c", "recordings": "c.tsv", "systems": list(systems)}
    return Plan(settings({"corpora": [corpus]}), [Recording("c", "a", "a", "a.wav")])


@pytest.mark.parametrize(
    ("system", "told"), [("best", ["segmentation"]), ("classic-oracle-changes", [])]
)
def test_a_network_that_failed_is_told_where_its_output_is_read(
    tmp_path, monkeypatch, system, told
):
    monkeypatch.chdir(tmp_path)
    for network in ("bilstm", "segmentation"):
        write_failure(Failure("c", "compute_activations", network, "a", "no memory", "a.log"))
    plan = plan_of(system)
    assert plan.variants("compute_activations", "c") == told
    assert [failure.variant for failure in plan.failures()] == told


def test_the_report_names_no_audio_but_what_is_newer_and_one_more(tmp_path, monkeypatch):
    """Snakemake reads what is named once for each of the report's results."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "results/report/der.csv"
    names = "abcd"
    for at, path in enumerate([*(tmp_path / f"results/c/audio/{one}.wav" for one in names), made]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1000 + at, 1000 + at))
    os.utime(tmp_path / "results/c/audio/c.wav", (2000, 2000))
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["best"]}
    recordings = [Recording("c", one, one, f"{one}.wav") for one in names]
    plan = Plan(settings({"corpora": [corpus]}), recordings)
    assert plan.heard("results/report/der.csv") == [f"results/c/audio/{one}.wav" for one in "ca"]
    assert plan.heard() == [f"results/c/audio/{one}.wav" for one in names]


@pytest.mark.parametrize(
    ("systems", "detectors"),
    [(["best", "fast"], None), (["best", "classic"], ["none", "bilstm-divergence"])],
)
def test_finding_no_changes_is_judged_beside_a_detector_alone(systems, detectors):
    corpus = {"name": "c", "recordings": "c.tsv", "systems": systems}
    recordings = [
        Recording("c", "a", "a", "a.wav", reference="a.rttm"),
        Recording("c", "b", "b", "b.wav"),
    ]
    judged = Plan(settings({"corpora": [corpus]}), recordings).judged()
    assert judged == ({"c": {"recordings": ["a"], "changes": detectors}} if detectors else {})
