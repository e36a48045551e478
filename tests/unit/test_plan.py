import pytest
from test_settings import settings

from diarflow.corpora import Recording
from diarflow.ledger import Failure, write_failure
from diarflow.plan import Plan


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
