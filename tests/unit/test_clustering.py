import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.clustering import CLUSTERERS
from diarflow.clustering.meanshift import most_populous
from diarflow.clustering.speakers import Speakers, bounds

COMMON = {"speaker_count": "given", "min_speakers": 1, "max_speakers": 10, "seed": 0}
SETTINGS = {
    "kmeans": COMMON | {"restarts": 5, "single_below": 0.2},
    "meanshift": COMMON | {"bandwidth": 0.6, "quantile": 0.3},
}


def load(name, **changes):
    return CLUSTERERS[name].load(backend=name, **SETTINGS[name] | changes)


def voices(count, windows=12, spread=0.1, seed=0):
    """So many speakers' windows in turn, as vectors; far apart from speaker to speaker."""
    random = np.random.default_rng(seed)
    centres = np.eye(32)[:count]
    truth = np.arange(count * windows) % count
    return centres[truth] + random.normal(0, spread / 6, (len(truth), 32)), truth


def same_partition(labels, truth):
    return len(set(zip(labels, truth, strict=True))) == len(set(truth)) == len(set(labels))


@pytest.fixture(params=CLUSTERERS)
def name(request):
    return request.param


def test_speakers_that_are_far_apart_are_told_apart(name):
    vectors, truth = voices(4)
    labels = load(name)(vectors, np.ones(len(truth)), Speakers())
    assert same_partition(labels, truth)


def test_the_length_of_a_vector_says_nothing(name):
    vectors, truth = voices(3)
    lengths = np.random.default_rng(1).uniform(0.1, 10, (len(truth), 1))
    assert same_partition(load(name)(vectors * lengths, np.ones(len(truth)), Speakers()), truth)


def test_the_same_windows_give_the_same_labels(name):
    vectors = np.random.default_rng(0).normal(size=(40, 8))
    first = load(name)(vectors, np.ones(40), Speakers(num=3))
    np.testing.assert_array_equal(load(name)(vectors, np.ones(40), Speakers(num=3)), first)


@pytest.mark.parametrize("speakers", [Speakers(), Speakers(num=3), Speakers(min=2)])
def test_no_window_and_one_window_are_clustered(name, speakers):  # bug 23
    cluster = load(name)
    assert cluster(np.zeros((0, 0)), np.zeros(0), speakers).shape == (0,)
    assert list(cluster(np.ones((1, 8)), np.ones(1), speakers)) == [0]


@pytest.mark.parametrize("windows", [2, 3])
def test_fewer_windows_than_speakers_reduce_the_number_with_a_warning(
    name, windows, caplog
):  # bug 23
    with caplog.at_level(logging.WARNING):
        labels = load(name)(np.eye(8)[:windows], np.ones(windows), Speakers(num=5))
    assert sorted(labels) == list(range(windows))
    assert "5 speakers wanted" in caplog.text


@pytest.mark.parametrize("windows", [0, 1, 30])
def test_a_number_that_cannot_be_reached_is_warned_of(name, windows, caplog):
    load(name)(np.ones((windows, 8)), np.ones(windows), Speakers(num=2))
    assert "2 speakers wanted, but only" in caplog.text


def test_windows_that_are_all_the_same_are_one_speaker(name):
    assert set(load(name)(np.ones((6, 8)), np.ones(6), Speakers(num=3))) == {0}


def test_the_number_of_speakers_comes_from_the_table(name):  # bug 22
    vectors, truth = voices(4)
    for num in (2, 4, 5):
        labels = load(name)(vectors, np.ones(len(truth)), Speakers(num=num))
        assert len(set(labels)) == num


def test_a_given_number_is_not_looked_at_where_it_is_to_be_estimated(name):
    vectors, truth = voices(4)
    cluster = load(name, speaker_count="estimated")
    assert same_partition(cluster(vectors, np.ones(len(truth)), Speakers(num=2)), truth)


@given(st.integers(1, 3), st.integers(0, 3), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_table_bounds_the_number_of_speakers(low, more, seed):
    vectors = np.random.default_rng(seed).normal(size=(30, 6))
    for name in CLUSTERERS:
        labels = load(name)(vectors, np.ones(30), Speakers(min=low, max=low + more))
        assert low <= len(set(labels)) <= low + more


def test_more_than_26_speakers_have_labels(name):  # bug 24
    vectors, truth = voices(32, windows=3, spread=0.01)
    labels = load(name, max_speakers=40)(vectors, np.ones(len(truth)), Speakers(num=32))
    assert len(set(labels)) == 32


def test_one_speaker_is_found_where_no_two_differ():
    vectors, truth = voices(1, windows=30)
    labels = load("kmeans")(vectors, np.ones(len(truth)), Speakers())
    assert set(labels) == {0}


def test_an_orphan_of_mean_shift_joins_the_nearest_speaker():  # bug 23
    vectors, truth = voices(2)
    orphan = np.eye(32)[1] + 0.6 * np.eye(32)[5]
    labels = load("meanshift")(np.vstack([vectors, orphan]), np.ones(25), Speakers(max=2))
    assert labels[-1] == labels[list(truth).index(1)]


def test_outliers_are_the_first_modes_to_go():
    points = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [-1, 0]])
    modes = np.array([[-1.0, 0], [1, 0], [0, 1]])
    np.testing.assert_array_equal(most_populous(points, modes, 2), modes[1:])


def test_a_recordings_own_bounds_go_before_the_settings():
    known = {"speaker_count": "given", "min_speakers": 2, "max_speakers": 4}
    assert bounds(Speakers(), **known) == (2, 4)
    assert bounds(Speakers(min=6), **known) == (6, 6)
    assert bounds(Speakers(max=1), **known) == (1, 1)
    assert bounds(Speakers(num=9), **known) == (9, 9)
