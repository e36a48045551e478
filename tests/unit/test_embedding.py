import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.audio import Clip
from diarflow.dialogue import synthesize_dialogue
from diarflow.embedding import EMBEDDERS, dvector
from diarflow.embedding.windows import Window, cut_windows
from diarflow.intervals import Interval, union

moments = st.integers(0, 400).map(lambda n: n / 8)
segments = st.lists(
    st.tuples(moments, moments).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p)),
    max_size=8,
).map(union)


@given(segments, st.sampled_from([0.5, 1.5, 3.0]), st.sampled_from([0.25, 0.5, None]))
def test_windows_stay_in_their_segment_and_are_no_longer_than_asked(pieces, length, hop):  # bug 20
    for window in cut_windows(pieces, length=length, hop=hop):
        segment = pieces[window.segment]
        assert segment.start <= window.start < window.end <= segment.end
        assert window.end - window.start <= length


@given(segments, st.sampled_from([0.5, 1.5]))
def test_windows_no_further_apart_than_their_length_cover_all_speech(pieces, length):
    windows = cut_windows(pieces, length=length, hop=length / 2)
    assert union(Interval(w.start, w.end) for w in windows) == pieces


@given(segments)
def test_without_hop_each_segment_has_its_first_window(pieces):
    windows = cut_windows(pieces, length=1.5, hop=None)
    assert [(w.segment, w.start) for w in windows] == [(i, p.start) for i, p in enumerate(pieces)]


def test_overlap_is_not_embedded_unless_there_is_nothing_else():
    pieces = [Interval(0.0, 2.0), Interval(3.0, 4.0)]
    windows = cut_windows(pieces, [Interval(1.0, 2.0), Interval(3.0, 4.0)], length=1.5, hop=0.5)
    assert windows == [Window(0.0, 1.0, 0), Window(3.0, 4.0, 1)]


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory):
    path = tmp_path_factory.mktemp("dialogue") / "a.wav"
    return path, synthesize_dialogue(path, seed=2, speakers=2, turns=4)


@pytest.fixture(scope="module")
def embed():
    return EMBEDDERS["dvector"].load(backend="dvector", window=1.6, hop=0.8)


def test_vectors_are_of_length_one_and_the_same_alone_and_with_others(dialogue, embed):
    path, turns = dialogue
    windows = cut_windows([Interval(t.start, t.end) for t in turns], length=1.6, hop=0.8)
    vectors = embed(path, windows)
    assert vectors.shape == (len(windows), 256) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embed(path, windows[2:3])[0], vectors[2], atol=1e-5)


def test_windows_of_one_voice_are_nearer_than_those_of_two(dialogue, embed):
    path, turns = dialogue
    windows = [Window(t.start, t.start + 1.6, i) for i, t in enumerate(turns)]
    vectors = embed(path, windows)
    same = np.array([[a.speaker == b.speaker for a in turns] for b in turns])
    cosine = vectors @ vectors.T
    assert cosine[same].min() > cosine[~same].max()


@pytest.mark.parametrize("seconds", [0.0001, 0.02, 0.3, 1.6, 1.7, 5.0])
def test_windows_of_any_length_have_a_vector(dialogue, embed, seconds):
    vector = embed(dialogue[0], [Window(1.0, 1.0 + seconds, 0)])
    assert np.isfinite(vector).all() and np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_no_window_gives_no_vector(dialogue, embed):
    assert embed(dialogue[0], []).shape == (0, 256)


def test_a_short_window_is_repeated_until_the_network_is_filled():
    part = dvector.in_parts(np.arange(50)[:, None] * np.ones(40))
    assert len(part) == 1 and list(part[0][:, 0]) == [n % 50 for n in range(160)]


def test_a_quiet_recording_is_raised_and_a_loud_one_left(tone):
    with Clip(tone(level=0.3)) as clip:
        assert dvector.loudness_gain(clip) == 1.0
    with Clip(tone("b.wav", level=0.003)) as clip:  # -53.5 dBFS
        assert dvector.loudness_gain(clip) == pytest.approx(10 ** (23.47 / 20), rel=0.01)
    with Clip(tone("c.wav", level=0.0)) as clip:
        assert dvector.loudness_gain(clip) == 1.0
