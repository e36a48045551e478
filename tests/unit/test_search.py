"""Search for settings: the trials."""

import pytest
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.search import trials, with_trials


def searching(search, **more):
    return settings({"tuning": {"mine": {"system": "classic", "search": search} | more}})


def test_each_combination_is_a_system_and_shares_unchanged_variants():
    found = searching({"changes.threshold": [0.5, 0.7], "clustering": ["meanshift", "kmeans"]})
    tried = trials(found, "mine")
    assert [one.values for one in tried] == [
        {"changes.threshold": threshold, "clustering": clustering}
        for threshold in (0.5, 0.7)
        for clustering in ("meanshift", "kmeans")
    ]
    assert len({one.name for one in tried}) == 4
    assert {one.variants["speech"][0] for one in tried} == {"webrtc"}
    assert len({one.variants["changes"][0] for one in tried}) == 2


def test_an_unchanged_value_gives_the_configured_variant():
    found = searching({"clustering.bandwidth": [0.6, 0.65]})
    names = [one.variants["clustering"][0] for one in trials(found, "mine")]
    assert names[0] == "meanshift" and names[1].startswith("meanshift-")
    whole = with_trials(found)
    assert (
        whole.clustering[names[1]].bandwidth == 0.65
        and whole.clustering["meanshift"].bandwidth == 0.6
    )


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
