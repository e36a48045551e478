"""Searching settings: what is tried, and how one is chosen."""

import pandas as pd
import pytest
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.search import candidates, with_candidates
from diarflow.scoring.selection import choose, outcome


def searching(search, **more):
    return settings({"tuning": {"mine": {"system": "classic", "search": search} | more}})


def test_every_combination_is_a_system_that_shares_what_it_can():
    found = searching({"changes.threshold": [0.5, 0.7], "clustering": ["meanshift", "kmeans"]})
    tried = candidates(found, "mine")
    assert [one.values for one in tried] == [
        {"changes.threshold": threshold, "clustering": clustering}
        for threshold in (0.5, 0.7)
        for clustering in ("meanshift", "kmeans")
    ]
    assert len({one.name for one in tried}) == 4
    assert {one.variants["speech"][0] for one in tried} == {"webrtc"}
    assert len({one.variants["changes"][0] for one in tried}) == 2


def test_a_value_that_is_the_variants_own_is_the_variant():
    found = searching({"clustering.bandwidth": [0.6, 0.65]})
    names = [one.variants["clustering"][0] for one in candidates(found, "mine")]
    assert names[0] == "meanshift" and names[1].startswith("meanshift-")
    whole = with_candidates(found)
    assert (
        whole.clustering[names[1]].bandwidth == 0.65
        and whole.clustering["meanshift"].bandwidth == 0.6
    )


def test_names_say_what_is_in_them_and_not_where_they_stand():
    few = candidates(searching({"clustering.bandwidth": [0.65]}), "mine")
    many = candidates(searching({"clustering.bandwidth": [0.5, 0.65]}), "mine")
    assert few[0].name == many[1].name


@pytest.mark.parametrize(
    ("search", "said"),
    [
        (
            {"clustering.width": [1]},
            "tuning.mine.search.clustering.width is no setting of meanshift",
        ),
        ({"clustering.bandwidth": [-1]}, "tuning.mine.search.clustering.bandwidth is -1"),
        ({"clustering": ["magic"]}, "tuning.mine.search.clustering holds magic, expected variants"),
    ],
)
def test_a_wrong_key_or_value_is_named(search, said):
    with pytest.raises(InputError, match=said):
        candidates(searching(search), "mine")


def test_a_key_that_is_no_stage_is_a_mistake_of_the_configuration():
    with pytest.raises(InputError, match="search holds colour, expected <stage> or"):
        searching({"colour": [1]})


def test_the_choice_is_scored_on_recordings_that_had_no_say_in_it():
    """Of 3 recordings of 10 s: a loses 1, 1, 6 s, b 2, 2, 2. Over all b is better (6 against 8). Without the
    third a is best, and pays its 6 there; without the first or the second b is, with 2 each: 10 of 30 s.
    """
    wrong = pd.DataFrame({"a": [1.0, 1.0, 6.0], "b": [2.0, 2.0, 2.0]})
    found = choose(wrong, pd.Series([10.0] * 3), folds=0)
    assert (found.best, found.der, found.cross_validated_der) == ("b", 20.0, 33.33)
    assert found.of_others == ["b", "b", "a"]


def test_one_recording_is_chosen_on_and_scored_alike():
    assert choose(pd.DataFrame({"a": [1.0]}), pd.Series([4.0]), folds=0).cross_validated_der == 25.0


def test_the_outcome_is_a_configuration_with_its_evidence():
    found = searching({"clustering.bandwidth": [0.6, 0.65]})
    tried = candidates(found, "mine")
    rows = [
        {"corpus": "c", "recording": name, "system": one.name, "missed": loss, "false_alarm": 0.0,
         "confusion": 0.0, "reference_seconds": 10.0}
        for one, loss in zip(tried, (2.0, 1.0), strict=True) for name in "xy"
    ]  # fmt: skip
    content = {
        "system": "classic", "protocol": "full", "average": "seconds", "folds": 0, "corpora": ["c"],
        "candidates": [
            {"name": one.name, "values": one.values,
             "variants": {s: (n, v.model_dump()) for s, (n, v) in one.variants.items()}}
            for one in tried
        ],
    }  # fmt: skip
    found = outcome(pd.DataFrame(rows), content)
    table, overlay, said = found.tried, found.overlay, found.said
    assert list(table["der"]) == [10.0, 20.0] and list(table["best_of_others"]) == [2, 0]
    assert list(found.recordings["recording"]) == ["x", "y"]
    assert list(found.recordings["missed"]) == [1.0, 1.0]
    assert "2 settings tried on 2 recordings of c: full DER 10.00 %" in said
    again = settings(overlay)  # it is laid over config.yaml as it is
    system = again.systems["classic-tuned"]
    assert again.clustering[system.clustering].bandwidth == 0.65 and system.tuned_on == said


@pytest.mark.parametrize(
    ("average", "best", "der"), [("seconds", "b", 11.0), ("corpora", "a", 20.0)]
)
def test_each_second_counts_alike_or_each_corpus(average, best, der):
    """Corpora of 90 and 10 s: a loses 20 % of both (20 of 100 s), b 7.8 and 40 % (11 of 100 s)."""
    lost = {"a": {"long": 18.0, "short": 2.0}, "b": {"long": 7.0, "short": 4.0}}
    rows = [
        {"corpus": corpus, "recording": "x", "system": system, "missed": loss, "false_alarm": 0.0,
         "confusion": 0.0, "reference_seconds": {"long": 90.0, "short": 10.0}[corpus]}
        for system, corpora in lost.items() for corpus, loss in corpora.items()
    ]  # fmt: skip
    content = {
        "system": "classic", "protocol": "full", "average": average, "folds": 0,
        "corpora": ["long", "short"],
        "candidates": [{"name": name, "values": {}, "variants": {}} for name in lost],
    }  # fmt: skip
    table = outcome(pd.DataFrame(rows), content).tried
    assert (table["system"].iloc[0], table["der"].iloc[0]) == (best, der)
