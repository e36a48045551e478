import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.clustering import CLUSTERERS
from diarflow.clustering.ahc import agglomerate, pool
from diarflow.clustering.assignment import load_assignment
from diarflow.clustering.clusters import merge_close_clusters
from diarflow.clustering.embeddings import make_embeddings
from diarflow.clustering.meanshift import largest_modes
from diarflow.clustering.oracle import reference_speakers
from diarflow.clustering.plda import train_plda, write_plda
from diarflow.clustering.speaker_counts import SpeakerCounts, speaker_bounds
from diarflow.clustering.vb_hmm import responsibilities
from diarflow.errors import InputError
from diarflow.settings.clustering import (
    AgglomerativeClustering,
    Clustering,
    ConsensusClustering,
    HdbscanClustering,
    KmeansClustering,
    MeanshiftClustering,
    SpectralClustering,
    VbxClustering,
)
from diarflow.settings.introspection import models_in
from diarflow.timeline.intervals import Turn

GIVEN = {"speaker_count": "given", "max_speakers": 10}
SETTINGS = {
    block.backend: block.model_dump()
    for block in (
        KmeansClustering(**GIVEN, n_init=5), MeanshiftClustering(**GIVEN), AgglomerativeClustering(**GIVEN),
        SpectralClustering(**GIVEN), HdbscanClustering(**GIVEN), VbxClustering(**GIVEN, model=None),
        ConsensusClustering(**GIVEN, model=None),
    )
}  # fmt: skip
POOLING = ["agglomerative", "consensus", "hdbscan", "spectral", "vbx"]
ANY = SpeakerCounts()


def load(name, **changes):
    """Return `cluster(vectors, counts)`, which clusters windows of one second."""
    assign = load_assignment(SETTINGS[name] | changes)

    def cluster(vectors, counts=ANY, chunks=None):
        start = np.arange(float(len(vectors)))
        chunks = np.full(len(vectors), -1) if chunks is None else np.array(chunks)
        windows = {"start": start, "end": start + 1, "chunk": chunks}
        return assign(make_embeddings(vectors, windows), counts).clusters

    return cluster


def voices(count, windows=12, spread=0.1, seed=0):
    """Return vectors of distant speakers who take turns, `windows` of each, and the speaker of each vector."""
    random = np.random.default_rng(seed)
    means = np.eye(32)[:count]
    truth = np.arange(count * windows) % count
    return means[truth] + random.normal(0, spread / 6, (len(truth), 32)), truth


def same_partition(labels, truth):
    return len(set(zip(labels, truth, strict=True))) == len(set(truth)) == len(set(labels))


# the oracle does not read vectors
VECTOR_BACKENDS = [name for name in CLUSTERERS if name != "oracle"]


@pytest.fixture(params=VECTOR_BACKENDS)
def name(request):
    return request.param


def test_distant_speakers_are_separated(name):
    vectors, truth = voices(4)
    assert same_partition(load(name)(vectors), truth)


def test_the_length_of_a_vector_does_not_matter(name):
    vectors, truth = voices(3)
    lengths = np.random.default_rng(1).uniform(0.1, 10, (len(truth), 1))
    assert same_partition(load(name)(vectors * lengths), truth)


def test_the_same_vectors_give_the_same_clusters(name):
    vectors = np.random.default_rng(0).normal(size=(40, 8))
    first = load(name)(vectors, SpeakerCounts(num=3))
    np.testing.assert_array_equal(load(name)(vectors, SpeakerCounts(num=3)), first)


@pytest.mark.parametrize("counts", [ANY, SpeakerCounts(num=3), SpeakerCounts(min=2)])
def test_no_window_and_one_window_are_clustered(name, counts):  # bug 23
    cluster = load(name)
    assert cluster(np.zeros((0, 0)), counts).shape == (0,)
    assert list(cluster(np.ones((1, 8)), counts)) == [0]


@pytest.mark.parametrize("windows", [2, 3])
def test_fewer_windows_than_speakers_are_a_cluster_each_with_a_warning(
    name, windows, caplog
):  # bug 23
    with caplog.at_level(logging.WARNING):
        labels = load(name)(np.eye(8)[:windows], SpeakerCounts(num=5))
    assert sorted(labels) == list(range(windows))
    assert f"5 speakers expected, but only {windows} embedding vectors differ" in caplog.text


@pytest.mark.parametrize(("windows", "distinct"), [(0, 0), (1, 1), (30, 1)])
def test_fewer_distinct_vectors_than_speakers_give_a_warning(name, windows, distinct, caplog):
    load(name)(np.ones((windows, 8)), SpeakerCounts(num=2))
    assert f"2 speakers expected, but only {distinct} embedding vectors differ" in caplog.text


def test_equal_vectors_are_one_speaker(name):
    assert set(load(name)(np.ones((6, 8)), SpeakerCounts(num=3))) == {0}


def test_the_number_of_speakers_is_that_of_the_table(name):  # bug 22
    vectors, _ = voices(4)
    for num in (2, 4, 5):
        assert len(set(load(name)(vectors, SpeakerCounts(num=num)))) == num


def test_an_estimated_number_ignores_that_of_the_table(name):
    vectors, truth = voices(4)
    cluster = load(name, speaker_count="estimated")
    assert same_partition(cluster(vectors, SpeakerCounts(num=2)), truth)


@given(st.integers(1, 3), st.integers(0, 3), st.integers(0, 1000))
@settings(max_examples=20)
def test_the_number_of_speakers_is_within_the_bounds_of_the_table(low, more, seed):
    vectors = np.random.default_rng(seed).normal(size=(30, 6))
    for name in VECTOR_BACKENDS:
        labels = load(name)(vectors, SpeakerCounts(min=low, max=low + more))
        assert low <= len(set(labels)) <= low + more


def test_more_than_26_speakers_have_labels(name):  # bug 24
    vectors, _ = voices(32, windows=3, spread=0.01)
    labels = load(name, max_speakers=40)(vectors, SpeakerCounts(num=32))
    assert len(set(labels)) == 32


def test_kmeans_finds_a_single_speaker():
    vectors, _ = voices(1, windows=30)
    assert set(load("kmeans")(vectors)) == {0}


def test_an_outlier_of_mean_shift_joins_the_nearest_speaker():  # bug 23
    vectors, truth = voices(2)
    outlier = np.eye(32)[1] + 0.6 * np.eye(32)[5]
    labels = load("meanshift")(np.vstack([vectors, outlier]), SpeakerCounts(max=2))
    assert labels[-1] == labels[list(truth).index(1)]


def test_the_modes_of_outliers_are_dropped_first():
    vectors = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [-1, 0]])
    modes = np.array([[-1.0, 0], [1, 0], [0, 1]])
    np.testing.assert_array_equal(largest_modes(vectors, modes, 2), modes[1:])


def test_bounds_of_the_recording_override_the_settings():
    defaults = {"speaker_count": "given", "min_speakers": 2, "max_speakers": 4}
    assert speaker_bounds(ANY, **defaults) == (2, 4)
    assert speaker_bounds(SpeakerCounts(min=6), **defaults) == (6, 6)
    assert speaker_bounds(SpeakerCounts(max=1), **defaults) == (1, 1)
    assert speaker_bounds(SpeakerCounts(num=9), **defaults) == (9, 9)


@pytest.mark.parametrize("name", POOLING)
def test_pooled_vectors_give_the_same_clusters(name):
    vectors, truth = voices(3, windows=40)
    assert same_partition(load(name, max_points=30)(vectors), truth)


def test_a_pool_contains_vectors_of_one_speaker():
    vectors, truth = voices(3, windows=40)
    pools = pool(vectors, np.full(120, -1), max_points=50)
    assert 3 <= pools.max() + 1 <= 50
    assert all(len(set(truth[pools == number])) == 1 for number in range(pools.max() + 1))


def test_local_speakers_of_one_chunk_are_not_merged():
    """Vectors with cosine similarity 0.8 are two speakers if they are from one chunk, otherwise one."""
    vectors = np.array([np.eye(8)[0], 0.8 * np.eye(8)[0] + 0.6 * np.eye(8)[1]])
    options = {
        "threshold": 0.5, "low": 1, "high": 10, "min_speaker_share": 0.0, "max_points": 100,
    }  # fmt: skip
    for chunks, speakers in (([0, 0], 2), ([0, 1], 1), ([-1, -1], 1)):
        labels = agglomerate(vectors, np.ones(2), np.array(chunks), **options)
        assert len(set(labels)) == speakers


def test_windows_join_the_nearest_cluster_of_local_speakers():
    vectors = np.vstack([np.eye(8)[[0, 0, 1, 1]], np.eye(8)[[0, 1, 1]]])
    labels = load("agglomerative")(vectors, chunks=[0, 1, 0, 1, -1, -1, -1])
    assert same_partition(labels, np.array([0, 0, 1, 1, 0, 1, 1]))


@pytest.mark.parametrize("name", ["agglomerative", "spectral"])
def test_a_speaker_with_too_small_a_share_is_dropped(name):
    vectors, truth = voices(2, windows=30)
    vectors = np.vstack([vectors, np.eye(32)[9]])
    labels = load(name, min_speaker_share=0.05)(vectors)
    assert same_partition(labels[:60], truth)


def test_variational_bayes_drops_a_duplicate_speaker():
    """Two distant groups of vectors. Two speakers share the second group in turn, and one of them is left."""
    random = np.random.default_rng(0)
    vectors = random.normal(0, 1, (90, 6)) + np.repeat([[5.0] * 6, [-5.0] * 6], [45, 45], axis=0)
    gamma = np.zeros((90, 3))
    gamma[np.arange(90), [*[0] * 45, *[1, 2] * 22, 1]] = 1
    for loop_probability in (0.0, 0.9):
        result = responsibilities(
            vectors, np.full(6, 25.0), gamma, Fa=1.0, Fb=5.0, loop_probability=loop_probability
        )
        assert same_partition(result.argmax(axis=1), np.repeat([0, 1], 45))


def test_clusters_with_similar_mean_directions_are_merged():
    """Means at 0, 40 and 90 degrees: the first two are 40 apart (cosine 0.77), merged 70 from the third (0.34)."""
    angles = np.radians([0, 0, 40, 40, 90, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = np.array([0, 0, 1, 1, 2, 2])
    for threshold, low, expected in (
        (0.7, 1, [0, 0, 0, 0, 1, 1]),
        (0.75, 1, [0, 0, 1, 1, 2, 2]),
        (0.25, 1, [0] * 6),
        (0.25, 2, [0, 0, 0, 0, 1, 1]),
        (1.0, 1, [0, 0, 1, 1, 2, 2]),
    ):
        merged = merge_close_clusters(vectors, labels, np.ones(6), threshold=threshold, low=low)
        assert merged.tolist() == expected


@pytest.mark.parametrize(
    ("small", "cosine", "speakers"),
    [(2, 0.52, 1), (2, 0.48, 2), (20, 0.66, 1), (20, 0.6, 2), (50, 0.69, 2), (50, 0.72, 1)],
)
def test_a_smaller_cluster_is_merged_at_a_lower_similarity(small, cosine, speakers):
    """An equal share of the 100 windows is 50."""
    angle = np.arccos(cosine)
    vectors = np.array([[1.0, 0.0]] * (100 - small) + [[np.cos(angle), np.sin(angle)]] * small)
    labels = np.repeat([0, 1], [100 - small, small])
    merged = merge_close_clusters(vectors, labels, np.ones(100), threshold=0.65, low=1)
    assert len(set(merged)) == speakers


def test_similar_speakers_are_not_merged_below_the_given_number():
    vectors, truth = voices(3)
    cluster = load("vbx", model=None, merge_threshold=0.01, speaker_count="given")
    assert same_partition(cluster(vectors, SpeakerCounts(num=3)), truth)


def test_a_plda_of_other_dimensions_is_refused(tmp_path):
    random = np.random.default_rng(0)
    owners = np.repeat(np.arange(20), 10)
    write_plda(tmp_path / "a.npz", train_plda(random.normal(size=(200, 12)), owners, dimensions=4))
    vectors, _ = voices(3)
    with pytest.raises(InputError, match="12 dimensions, these have 32"):
        load("vbx", model=str(tmp_path / "a.npz"))(vectors)


def test_vbx_with_a_plda_separates_speakers(tmp_path):
    """Speakers differ in four of twelve dimensions, which the PLDA finds."""
    random = np.random.default_rng(0)

    def draw(speakers, windows):
        means = np.zeros((speakers, 12))
        means[:, :4] = random.normal(0, 3, (speakers, 4))
        owners = np.repeat(np.arange(speakers), windows)
        return means[owners] + random.normal(0, 1, (len(owners), 12)), owners

    write_plda(tmp_path / "a.npz", train_plda(*draw(40, 20), dimensions=4))
    vectors, truth = draw(3, 40)
    labels = load("vbx", model=str(tmp_path / "a.npz"))(vectors)
    share = max(
        np.mean(labels[truth == speaker] == np.bincount(labels[truth == speaker]).argmax())
        for speaker in range(3)
    )
    assert 2 <= len(set(labels)) <= 4 and share > 0.9


def test_the_oracle_labels_a_window_by_the_speaker_who_speaks_most_in_it():
    turns = [Turn(0.0, 2.0, "Bob"), Turn(1.6, 4.0, "Ann")]
    start = np.arange(4.0)
    assert list(reference_speakers(start, start + 1, turns)) == [1, 1, 0, 0]
    assert list(reference_speakers(start, start + 1, [])) == [0, 0, 0, 0]
    windows = {"start": start, "end": start + 1, "chunk": np.full(4, -1)}
    embeddings = make_embeddings(np.ones((4, 8)), windows)
    clusters, given = load_assignment({"backend": "oracle"})(embeddings, ANY, turns)
    assert list(clusters) == [1, 1, 0, 0] and given


def test_by_default_the_number_of_speakers_is_that_of_the_table(name):
    vectors, _ = voices(3)
    windows = {"start": np.zeros(36), "end": np.ones(36), "chunk": np.full(36, -1)}
    (settings,) = (model() for model in models_in(Clustering) if model().backend == name)
    has_plda = name in ("vbx", "consensus")  # the shipped one has other dimensions
    changes = {"model": None} if has_plda else {}
    assign = load_assignment(settings.model_dump() | changes)
    for counts in (SpeakerCounts(num=4), SpeakerCounts(num=1), SpeakerCounts(max=2)):
        clusters, given = assign(make_embeddings(vectors, windows), counts)
        assert len(set(clusters)) == (counts.num or 2)
        assert given == (counts.num is not None)


def test_the_number_of_speakers_can_be_that_of_the_reference(name):
    vectors, _ = voices(4)
    turns = [Turn(0.0, 1.0, speaker) for speaker in ("a", "b", "c", "a")]
    windows = {"start": np.zeros(48), "end": np.ones(48), "chunk": np.full(48, -1)}
    assign = load_assignment(SETTINGS[name] | {"speaker_count": "oracle"})
    clusters, given = assign(make_embeddings(vectors, windows), SpeakerCounts(num=2), turns)
    assert len(set(clusters)) == 3 and given


def test_the_consensus_keeps_a_speaker_that_most_settings_find():
    """With F_A 0.001 every voice is one speaker, and with higher values there are three."""
    vectors, truth = voices(3)
    found = load("consensus", thresholds=[0.5], Fa=[0.001, 0.3, 0.5], Fb=[0.4])(vectors)
    assert same_partition(found, truth)
    lost = load("consensus", thresholds=[0.5], Fa=[0.001, 0.001, 0.5], Fb=[0.4])(vectors)
    assert len(set(lost)) == 1


def test_the_consensus_of_one_setting_is_that_of_vbx():
    vectors, _ = voices(4, spread=0.6, seed=3)
    one = {"Fa": [0.2], "Fb": [0.4], "thresholds": [0.5], "min_windows": 1, "merge_threshold": 1.0}
    vbx = {"Fa": 0.2, "Fb": 0.4, "threshold": 0.5, "merge_threshold": 1.0}
    assert same_partition(load("consensus", **one)(vectors), load("vbx", **vbx)(vectors))
