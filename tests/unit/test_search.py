"""Search for settings: its trials and its corpora."""

from types import SimpleNamespace

import pytest
from snakemake.exceptions import WorkflowError
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.aggregation import Aggregation
from diarflow.planning.plan import Plan
from diarflow.planning.provenance import Provenance
from diarflow.planning.recording import Recording
from diarflow.planning.search import present_trial, trials, with_trials
from diarflow.settings import STAGES


def searching(search, **more):
    return settings({"tuning": {"mine": {"system": "classic", "search": search} | more}})


def test_each_combination_is_a_system_and_shares_unchanged_variants():
    search = {"changes.threshold": [0.5, 0.7], "clustering": ["meanshift", "kmeans"]}
    tried = trials(searching(search), "mine")
    assert [trial.values for trial in tried[:4]] == [
        {"changes.threshold": threshold, "clustering": clustering}
        for threshold in (0.5, 0.7)
        for clustering in ("meanshift", "kmeans")
    ]
    assert len({trial.name for trial in tried[:4]}) == 4
    assert {trial.variants["speech"][0] for trial in tried} == {"webrtc"}
    assert len({trial.variants["changes"][0] for trial in tried[:4]}) == 2


def test_the_present_settings_are_a_trial():
    """The variants of `classic` are in config.yaml: threshold 0.46 and meanshift."""
    configured = searching({"changes.threshold": [0.5], "clustering": ["kmeans"]})
    *_, present = trials(configured, "mine")
    assert present.values == {"changes.threshold": 0.46, "clustering": "meanshift"}
    assert {stage: name for stage, (name, _) in present.variants.items()} == {
        stage: getattr(configured.systems["classic"], stage) for stage in STAGES
    }
    assert present_trial(configured, "mine") == present.name


def test_a_search_that_contains_the_present_settings_has_no_further_trial():
    configured = searching({"clustering.bandwidth": [0.6, 0.65]})
    tried = trials(configured, "mine")
    assert [trial.values["clustering.bandwidth"] for trial in tried] == [0.6, 0.65]
    assert present_trial(configured, "mine") == tried[0].name


def test_a_setting_that_the_present_variant_lacks_is_not_part_of_its_trial():
    configured = searching({"clustering": ["hdbscan"], "clustering.min_cluster_size": [5]})
    assert trials(configured, "mine")[-1].values == {"clustering": "meanshift"}


def test_an_unchanged_value_gives_the_configured_variant():
    configured = searching({"clustering.bandwidth": [0.6, 0.65]})
    names = [trial.variants["clustering"][0] for trial in trials(configured, "mine")]
    assert names[0] == "meanshift" and names[1].startswith("meanshift-")
    clustering = with_trials(configured).clustering
    assert clustering[names[1]].bandwidth == 0.65 and clustering["meanshift"].bandwidth == 0.6


def test_names_follow_the_values_and_not_their_order():
    few = trials(searching({"clustering.bandwidth": [0.65]}), "mine")
    many = trials(searching({"clustering.bandwidth": [0.5, 0.65]}), "mine")
    assert few[0].name == many[1].name


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (
            {"clustering.width": [1]},
            "tuning.mine.search.clustering.width is not a setting of meanshift",
        ),
        ({"clustering.bandwidth": [-1]}, "tuning.mine.search.clustering.bandwidth is -1"),
        ({"clustering": ["magic"]}, "tuning.mine.search.clustering is magic, expected variants"),
    ],
)
def test_a_wrong_key_or_value_is_reported(search, message):
    with pytest.raises(InputError, match=message):
        trials(searching(search), "mine")


def test_a_key_that_is_not_a_stage_is_an_error_of_the_configuration():
    with pytest.raises(InputError, match="search contains colour, expected <stage> or"):
        searching({"colour": [1]})


@pytest.mark.parametrize(
    ("reference", "split", "corpora", "message"),
    [
        ("a.rttm", "test", None,
         "tuning.mine: no corpus is marked split: dev and has references; expected at least one"),
        (None, "dev", None,
         "tuning.mine: no corpus is marked split: dev and has references; expected at least one"),
        ("a.rttm", "test", ["c"],
         "tuning.mine.corpora contains c, whose split is test; expected split: dev"),
    ],
)  # fmt: skip
def test_only_corpora_marked_for_development_are_searched(reference, split, corpora, message):
    corpus = {"name": "c", "recordings": "c.tsv", "split": split, "systems": ["classic"]}
    search = {"system": "classic", "search": {"turns.max_gap": [0.0]}, "corpora": corpora}
    plan = Plan(
        settings({"corpora": [corpus], "tuning": {"mine": search}}),
        [Recording("c", "a", "a", "a.wav", reference=reference)],
    )
    with pytest.raises(WorkflowError, match=message):
        Aggregation(plan, Provenance(plan), None).trial_scores(SimpleNamespace(tuning="mine"))
