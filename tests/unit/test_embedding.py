import tempfile

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding import EMBEDDERS, campplus, dvector
from diarflow.embedding.embedder import load_embedder
from diarflow.embedding.local_speakers import add_local_speakers, local_speakers
from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.window_audio import read_window
from diarflow.embedding.windows import Window, cut_windows, grid_windows
from diarflow.networks.chunks import read_chunks
from diarflow.networks.onnx import model_path
from diarflow.settings.embedding import (
    CampplusEmbedding,
    DvectorEmbedding,
    OnnxEmbedding,
    PooledEmbedding,
)
from diarflow.settings.embedding_card import read_card
from diarflow.settings.networks import CampplusNetwork
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.timeline.intervals import Interval, clip, merge_overlapping, subtract

moments = st.integers(0, 400).map(lambda n: n / 8)
segments = st.lists(
    st.tuples(moments, moments).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p)),
    max_size=8,
).map(merge_overlapping)


@given(segments, st.sampled_from([0.5, 1.5, 3.0]), st.sampled_from([0.25, 0.5, None]))
def test_a_window_lies_in_its_segment_and_is_not_too_long(pieces, length, hop):  # bug 20
    for window in cut_windows(pieces, length=length, hop=hop):
        segment = pieces[window.segment]
        assert segment.start <= window.start < window.end <= segment.end
        assert window.end - window.start <= length


@given(segments, st.sampled_from([0.5, 1.5]))
def test_overlapping_windows_cover_all_speech(pieces, length):
    windows = cut_windows(pieces, length=length, hop=length / 2)
    assert merge_overlapping(Interval(w.start, w.end) for w in windows) == pieces


@given(segments)
def test_without_a_hop_each_segment_has_one_window(pieces):
    windows = cut_windows(pieces, length=1.5, hop=None)
    assert [(w.segment, w.start) for w in windows] == [(i, p.start) for i, p in enumerate(pieces)]


def test_overlap_is_left_out_unless_a_segment_consists_of_it():
    pieces = [Interval(0.0, 2.0), Interval(3.0, 4.0)]
    windows = cut_windows(pieces, [Interval(1.0, 2.0), Interval(3.0, 4.0)], length=1.5, hop=0.5)
    assert windows == [Window(0.0, 1.0, 0), Window(3.0, 4.0, 1)]


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory):
    path = tmp_path_factory.mktemp("dialogue") / "a.wav"
    return path, synthesize_dialogue(path, seed=2, speakers=2, turns=4)


SETTINGS = {
    "dvector": DvectorEmbedding(), "campplus": CampplusEmbedding(window=1.6, hop=0.8),
    "onnx": OnnxEmbedding(window=1.6, hop=0.8), "pooled": PooledEmbedding(window=1.6, hop=0.8),
}  # fmt: skip
DIMENSIONS = {"dvector": 256, "campplus": 192, "onnx": 192, "pooled": 192}


# pyannote needs another environment: see tests/slow
@pytest.fixture(scope="module", params=[name for name in EMBEDDERS if name != "pyannote"])
def name(request):
    return request.param


@pytest.fixture(scope="module")
def embed(name):
    values = SETTINGS[name].model_dump()
    if name == "onnx":
        values["card"] = read_card(model_path(values["model"])).model_dump()
    if name == "pooled":
        values["frames"] = CampplusNetwork().model_dump()
    return load_embedder(values)


def test_a_window_has_the_same_vector_alone_and_with_others(dialogue, embed, name):
    path, turns = dialogue
    windows = cut_windows([Interval(t.start, t.end) for t in turns], length=1.6, hop=0.8)
    vectors = embed(path, windows)
    assert vectors.shape == (len(windows), DIMENSIONS[name]) and vectors.dtype == np.float32
    np.testing.assert_allclose(embed(path, windows[2:3])[0], vectors[2], atol=2e-3)


def test_a_dvector_has_length_one(dialogue):
    vectors = dvector.load(window=1.6, hop=0.8)(dialogue[0], [Window(0.0, 1.6, 0)])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_windows_of_one_voice_are_more_similar_than_those_of_two(dialogue, embed):
    path, turns = dialogue
    windows = [Window(t.start, t.start + 1.6, i) for i, t in enumerate(turns)]
    vectors = unit_vectors(embed(path, windows))
    same = np.array([[a.speaker == b.speaker for a in turns] for b in turns])
    cosine = vectors @ vectors.T
    assert cosine[same].min() > cosine[~same].max()


@pytest.mark.parametrize("seconds", [0.0001, 0.02, 0.3, 1.6, 1.7, 5.0])
def test_a_window_of_any_length_has_a_vector(dialogue, embed, seconds):
    vector = embed(dialogue[0], [Window(1.0, 1.0 + seconds, 0)])
    assert np.isfinite(vector).all() and np.linalg.norm(vector) > 0.5


def test_no_windows_give_no_vectors(dialogue, embed, name):
    assert embed(dialogue[0], []).shape == (0, DIMENSIONS[name])


def kaldi_filterbank(audio):
    """Compute Kaldi's log mel filterbank (frames, 80) from its documentation."""
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), 400)[::160]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    povey = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)) ** 0.85
    power = np.abs(np.fft.rfft(frames * povey, 512)) ** 2
    mel = lambda hertz: 1127 * np.log(1 + hertz / 700)  # noqa: E731
    borders = np.linspace(mel(20), mel(8000), 82)
    place = mel(np.arange(257) * 16_000 / 512)
    up = (place - borders[:80, None]) / (borders[1:81] - borders[:80])[:, None]
    down = (borders[2:, None] - place) / (borders[2:] - borders[1:81])[:, None]
    weights = np.maximum(0, np.minimum(up, down))[:, :256]
    return np.log(np.maximum(power[:, :256] @ weights.T, np.finfo(np.float32).eps))


def test_the_filterbank_is_that_of_kaldi(dialogue):
    with AudioReader(dialogue[0]) as reader:
        audio = reader.read(8000, 24_000)
    frames = campplus.filterbank(audio)
    assert frames.shape == (148, 80) and frames.dtype == np.float32
    np.testing.assert_allclose(frames, kaldi_filterbank(audio), atol=2e-3)


@settings(max_examples=40)  # each example processes seconds of audio
@given(st.lists(st.integers(0, 25), min_size=1, max_size=16, unique=True), st.sampled_from([1.0, 1.5]), st.sampled_from([0.25, 0.5, 0.123]))  # fmt: skip
def test_shared_frames_equal_those_of_each_window_to_the_last_bit(places, window, hop):
    """Some windows extend beyond the recording, some are far apart, and some do not start on a frame."""
    samples = round(window * SAMPLE_RATE)
    sound = np.random.default_rng(0).normal(0, 0.1, 12 * SAMPLE_RATE).astype(np.float32)
    windows = [Window(hop * n, min(hop * n + window, 12.0), 0) for n in sorted(places)]
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        soundfile.write(file.name, sound, SAMPLE_RATE, "PCM_16")
        with AudioReader(file.name) as reader:
            shared = campplus.filterbanks(reader, windows, samples)
            for window, frames in zip(windows, shared, strict=True):
                alone = campplus.filterbank(read_window(reader, window, samples))
                np.testing.assert_array_equal(frames, alone)


def test_quantized_weights_give_similar_vectors_to_the_published_ones(dialogue):
    windows = [Window(t.start, t.start + 1.5, i) for i, t in enumerate(dialogue[1])]
    others = CampplusEmbedding().model_dump(exclude={"backend", "model"})
    published, quantized = (
        unit_vectors(campplus.load(model=model, **others)(dialogue[0], windows))
        for model in ("campplus.onnx", "campplus-int8.onnx")
    )
    assert (published * quantized).sum(axis=1).min() > 0.9


@given(segments, segments, st.sampled_from([0.0, 0.5, 1.0]))
def test_grid_windows_contain_enough_speech_without_overlap(pieces, overlap, ratio):
    windows = grid_windows(
        pieces, overlap, length=1.5, hop=0.5, duration=50.0, min_speech_ratio=ratio
    )
    clean = [part for piece in pieces for part in subtract(piece, overlap)]
    speech = [sum(i.end - i.start for i in clip(clean, Interval(w.start, w.end))) for w in windows]
    assert len(windows) > 0 or clip(clean, Interval(0.0, 50.0)) == []
    assert len(windows) < 2 or min(speech) >= 1.5 * ratio - 1e-5 or max(speech) < 1.5 * ratio
    assert all(w.start % 0.5 == 0 and w.end <= 50.0 for w in windows)


def test_the_vector_of_a_local_speaker_is_the_mean_of_its_windows(segmented):
    """Frames of 10 ms: speaker 0 for 2 s, both for 1 s, and speaker 1 for 0.3 s, which is too short."""
    chunks = read_chunks(segmented(("0", 200), ("01", 100), ("1", 30)))
    windows = [Window(s, s + 1.0, 0) for s in (0.0, 0.5, 1.0, 1.5, 2.0)]
    vectors = np.eye(5, dtype=np.float32)
    rows, vectors = add_local_speakers(chunks, windows, vectors)
    assert rows[:5] == windows and len(rows) == 6
    assert (rows[5].chunk, rows[5].local_speaker) == (0, 0)
    assert (rows[5].start, rows[5].end) == (pytest.approx(0.0), pytest.approx(2.0))
    np.testing.assert_allclose(vectors[5], [3**-0.5] * 3 + [0, 0], atol=1e-6)


def test_a_local_speaker_outside_all_windows_is_represented_by_the_nearest(segmented):
    chunks = read_chunks(segmented(("", 400), ("2", 50)))
    windows = [Window(0.0, 1.0, 0), Window(2.0, 3.0, 0)]
    (speaker,) = local_speakers(chunks, windows, min_duration=0.1)
    assert (speaker.local_speaker, speaker.windows.tolist()) == (2, [1])
    assert list(local_speakers(chunks, [], min_duration=0.1)) == []


def test_a_short_window_is_repeated_until_it_is_full():
    part = dvector.split_into_parts(np.arange(50)[:, None] * np.ones(40))
    assert len(part) == 1 and list(part[0][:, 0]) == [n % 50 for n in range(160)]


def test_only_quiet_recordings_are_amplified(tone):
    with AudioReader(tone(level=0.3)) as reader:
        assert dvector.level_gain(reader) == 1.0
    with AudioReader(tone("b.wav", level=0.003)) as reader:  # -53.5 dBFS
        assert dvector.level_gain(reader) == pytest.approx(10 ** (23.47 / 20), rel=0.01)
    with AudioReader(tone("c.wav", level=0.0)) as reader:
        assert dvector.level_gain(reader) == 1.0
