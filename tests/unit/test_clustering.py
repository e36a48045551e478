import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.clustering import CLUSTERERS
from diarflow.clustering.ahc import agglomerate, joined, pool
from diarflow.clustering.meanshift import most_populous
from diarflow.clustering.oracle import true_speakers
from diarflow.clustering.plda import train
from diarflow.clustering.speakers import Speakers, bounds
from diarflow.clustering.vb_hmm import responsibilities
from diarflow.errors import InputError
from diarflow.settings.stages import (
    AgglomerativeClustering,
    HdbscanClustering,
    KmeansClustering,
    MeanshiftClustering,
    SpectralClustering,
    VbxClustering,
)
from diarflow.timeline.intervals import Turn

GIVEN = {"speaker_count": "given", "max_speakers": 10}
SETTINGS = {
    one.backend: one.model_dump()
    for one in (
        KmeansClustering(**GIVEN, restarts=5), MeanshiftClustering(**GIVEN), AgglomerativeClustering(**GIVEN),
        SpectralClustering(**GIVEN), HdbscanClustering(**GIVEN), VbxClustering(**GIVEN, model=None),
    )
}  # fmt: skip
POOLING = ["agglomerative", "hdbscan", "spectral", "vbx"]


def load(name, **changes):
    return CLUSTERERS[name].load(**SETTINGS[name] | changes)


def voices(count, windows=12, spread=0.1, seed=0):
    """So many speakers' windows in turn, as vectors; far apart from speaker to speaker."""
    random = np.random.default_rng(seed)
    centres = np.eye(32)[:count]
    truth = np.arange(count * windows) % count
    return centres[truth] + random.normal(0, spread / 6, (len(truth), 32)), truth


def same_partition(labels, truth):
    return len(set(zip(labels, truth, strict=True))) == len(set(truth)) == len(set(labels))


# the oracle looks at the reference, not at vectors
OF_VECTORS = [name for name in CLUSTERERS if name != "oracle"]


@pytest.fixture(params=OF_VECTORS)
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
    assert cluster(np.zeros((0, 0)), np.ones(0), speakers).shape == (0,)
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
    for name in OF_VECTORS:
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


@pytest.mark.parametrize("name", POOLING)
def test_more_points_than_the_limit_are_pooled_and_clustered_alike(name):
    vectors, truth = voices(3, windows=40)
    assert same_partition(load(name, points=30)(vectors, np.ones(len(truth)), Speakers()), truth)


def test_a_pool_holds_what_sounds_alike():
    vectors, truth = voices(3, windows=40)
    owners = pool(vectors, np.full(120, -1), limit=50)
    assert 3 <= owners.max() + 1 <= 50
    assert all(len(set(truth[owners == one])) == 1 for one in range(owners.max() + 1))


def test_local_speakers_of_one_chunk_are_not_linked():
    """Two voices that sound alike (cosine 0.8): two where the network hears both in one chunk, else one."""
    points = np.array([np.eye(8)[0], 0.8 * np.eye(8)[0] + 0.6 * np.eye(8)[1]])
    known = {"threshold": 0.5, "low": 1, "high": 10, "min_share": 0.0, "limit": 100}
    for chunks, speakers in (([0, 0], 2), ([0, 1], 1), ([-1, -1], 1)):
        found = agglomerate(points, np.ones(2), np.array(chunks), **known)
        assert len(set(found)) == speakers


def test_windows_go_to_the_nearest_cluster_of_local_speakers():
    points = np.vstack([np.eye(8)[[0, 0, 1, 1]], np.eye(8)[[0, 1, 1]]])
    chunks = np.array([0, 1, 0, 1, -1, -1, -1])
    found = load("agglomerative")(points, np.ones(7), Speakers(), chunks)
    assert same_partition(found, np.array([0, 0, 1, 1, 0, 1, 1]))


@pytest.mark.parametrize("name", ["agglomerative", "spectral"])
def test_a_speaker_with_too_small_a_share_is_none(name):
    vectors, truth = voices(2, windows=30)
    vectors = np.vstack([vectors, np.eye(32)[9]])
    found = load(name, min_share=0.05)(vectors, np.ones(61), Speakers())
    assert same_partition(found[:60], truth)


def test_variational_bayes_prunes_a_speaker_that_is_there_twice():
    """Two groups far apart; the second is given to two speakers in turn: one of them is left."""
    random = np.random.default_rng(0)
    vectors = random.normal(0, 1, (90, 6)) + np.repeat([[5.0] * 6, [-5.0] * 6], [45, 45], axis=0)
    first = np.zeros((90, 3))
    first[np.arange(90), [*[0] * 45, *[1, 2] * 22, 1]] = 1
    for loop in (0.0, 0.9):
        found = responsibilities(
            vectors, np.full(6, 25.0), first, acoustic=1.0, speaker=5.0, loop=loop
        )
        assert same_partition(found.argmax(axis=1), np.repeat([0, 1], 45))


def test_speakers_whose_mean_vectors_are_near_are_one():
    """Means at 0, 40 and 90 degrees: the first two are 40 apart (cosine 0.77), joined 70 from the third (0.34)."""
    angles = np.radians([0, 0, 40, 40, 90, 90])
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = np.array([0, 0, 1, 1, 2, 2])
    for cosine, low, expected in (
        (0.7, 1, [0, 0, 0, 0, 1, 1]),
        (0.75, 1, [0, 0, 1, 1, 2, 2]),
        (0.25, 1, [0] * 6),
        (0.25, 2, [0, 0, 0, 0, 1, 1]),
        (1.0, 1, [0, 0, 1, 1, 2, 2]),
    ):
        found = joined(points, labels, np.ones(6), cosine=cosine, low=low)
        assert found.tolist() == expected


@pytest.mark.parametrize(
    ("small", "cosine", "speakers"),
    [(2, 0.52, 1), (2, 0.48, 2), (20, 0.66, 1), (20, 0.6, 2), (50, 0.69, 2), (50, 0.72, 1)],
)
def test_the_smaller_a_cluster_is_the_less_near_it_must_be(small, cosine, speakers):
    """Of 100 windows; an even share are 50."""
    angle = np.arccos(cosine)
    points = np.array([[1.0, 0.0]] * (100 - small) + [[np.cos(angle), np.sin(angle)]] * small)
    labels = np.repeat([0, 1], [100 - small, small])
    found = joined(points, labels, np.ones(100), cosine=0.65, low=1)
    assert len(set(found)) == speakers


def test_a_given_number_of_speakers_is_kept_however_near_they_are():
    vectors, truth = voices(3)
    found = load("vbx", model=None, merge=0.01, speaker_count="given")
    labels = found(vectors, np.ones(len(truth)), Speakers(num=3))
    assert same_partition(labels, truth)


def test_a_plda_of_other_vectors_is_refused_with_their_dimensions(tmp_path):
    from diarflow.clustering.plda import write_plda

    random = np.random.default_rng(0)
    owners = np.repeat(np.arange(20), 10)
    write_plda(tmp_path / "a.npz", train(random.normal(size=(200, 12)), owners, dimensions=4))
    vectors, truth = voices(3)
    with pytest.raises(InputError, match="12 dimensions, these have 32"):
        load("vbx", model=str(tmp_path / "a.npz"))(vectors, np.ones(len(truth)), Speakers())


def test_vbx_with_a_plda_tells_speakers_apart(tmp_path):
    """Speakers differ in four of twelve directions, in which the PLDA has learnt to look."""
    from diarflow.clustering.plda import write_plda

    random = np.random.default_rng(0)

    def draw(speakers, windows):
        centres = np.zeros((speakers, 12))
        centres[:, :4] = random.normal(0, 3, (speakers, 4))
        owners = np.repeat(np.arange(speakers), windows)
        return centres[owners] + random.normal(0, 1, (len(owners), 12)), owners

    write_plda(tmp_path / "a.npz", train(*draw(40, 20), dimensions=4))
    vectors, truth = draw(3, 40)
    found = load("vbx", model=str(tmp_path / "a.npz"))(vectors, np.ones(120), Speakers())
    share = max(
        np.mean(found[truth == one] == np.bincount(found[truth == one]).argmax())
        for one in range(3)
    )
    assert 2 <= len(set(found)) <= 4 and share > 0.9


def test_the_oracle_knows_who_says_most_in_each_window():
    said = [Turn(0.0, 2.0, "Bob"), Turn(1.6, 4.0, "Ann")]
    starts = np.arange(4.0)
    truth = true_speakers(starts, starts + 1, said)
    assert list(truth) == [1, 1, 0, 0]
    assert list(true_speakers(starts, starts + 1, [])) == [0, 0, 0, 0]
    cluster = CLUSTERERS["oracle"].load(backend="oracle")
    assert list(cluster(None, np.ones(4), Speakers(truth=truth))) == [1, 1, 0, 0]


def test_the_number_of_speakers_may_be_that_of_the_reference(name):
    vectors, truth = voices(4)
    known = Speakers(num=3)  # which the rule has counted
    labels = load(name, speaker_count="oracle")(vectors, np.ones(len(truth)), known)
    assert len(set(labels)) == 3
