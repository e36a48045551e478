from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from diarflow.audio.features import cepstrum, frame_count, frame_time, with_deltas, with_spans
from diarflow.audio.gaussian_divergence import divergence as two_gaussians
from diarflow.audio.prepared import Clip
from diarflow.changes import DETECTORS, divergence
from diarflow.changes.peak_picking import Change, pick
from diarflow.formats.rttm import write_rttm
from diarflow.timeline.intervals import Turn

SETTINGS = {
    "none": {},
    "oracle": {},
    "divergence": {
        "measure": "likelihood-ratio", "window": 2.0, "step": 0.1, "min_distance": 0.8,
    },
    "bilstm": {"network": "bilstm", "min_distance": 0.3, "prominence": 0.0},
    "bilstm-divergence": {
        "network": "bilstm", "weight": 2.0, "window": 2.0, "min_distance": 0.3, "prominence": 0.0,
    },
    "segmentation": {"network": "segmentation", "window": 0.2, "min_distance": 0.3},
}  # fmt: skip
THRESHOLDS = {"divergence": 0.5, "bilstm": 0.5, "bilstm-divergence": 0.0, "segmentation": 0.5}


def noise(seconds, pole, seed=0):
    """Noise through one pole: two poles are two timbres."""
    from scipy.signal import lfilter

    source = np.random.default_rng(seed).normal(0, 0.02, round(seconds * 16_000))
    return lfilter([1.0], [1.0, -pole], source)


@pytest.fixture
def two_timbres(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.concatenate([noise(5.0, 0.9), noise(4.0, -0.6, 1)]), 16_000)
    return path


def files_of(audio, score):
    """What a detector reads: the audio, and the output of a network that gives `score` in the middle."""
    from diarflow.artifacts.arrays import write_array, write_times

    frames = frame_count(soundfile.info(audio).frames, hop=372)
    scores = np.zeros((frames, 1))
    scores[frames // 2 : frames // 2 + 1] = score
    path = audio.with_suffix(".npy")
    write_array(path, scores)
    write_times(path.with_suffix(".json"), np.arange(frames) * 0.02325 + 0.016, outputs=["change"])
    reference = audio.with_suffix(".rttm")
    turns = [Turn(0.0, 5.0, "p"), Turn(5.0, 9.0, "q")] if score else []
    write_rttm(reference, "a", turns)
    return SimpleNamespace(audio=audio, activations=path, reference=reference)


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_is_silent_on_silence_and_the_same_twice(
    name, tmp_path, two_timbres, segmented
):
    find = DETECTORS[name].load(backend=name, **SETTINGS[name])
    for samples in (0, 100, 16_000):
        soundfile.write(tmp_path / "empty.wav", np.zeros(samples, np.int16), 16_000)
        files = files_of(tmp_path / "empty.wav", 0.0)
        if name == "segmentation":
            files.activations = segmented(("", 2 + samples // 160))
        found = find(files)
        assert [change for change in found if change.score > THRESHOLDS.get(name, -1)] == []
    files = files_of(two_timbres, 0.9)
    if name == "segmentation":
        files.activations = segmented(("0", 500), ("1", 400))
    assert find(files) == find(files) != ([] if name != "none" else None)


def test_local_speakers_hand_over_where_the_activity_of_one_passes_to_another(segmented):
    files = SimpleNamespace(
        activations=segmented(("0", 100), ("1", 100), ("12", 100), ("1", 100), ("", 100))
    )
    find = DETECTORS["segmentation"].load(backend="segmentation", **SETTINGS["segmentation"])
    scores = {round(change.time, 3): round(change.score, 3) for change in find(files)}
    assert [scores[time] for time in (1.0, 2.0, 3.0, 4.0)] == [1.0, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("measure", ["likelihood-ratio", "gaussian"])
def test_divergence_finds_the_one_change(measure, two_timbres):
    with Clip(two_timbres) as clip:
        times, scores = divergence.curve(clip, measure=measure, window=2.0, step=0.1)
    assert times[scores.argmax()] == pytest.approx(5.0, abs=0.1)


def test_a_network_and_a_long_view_agree_on_the_one_change(two_timbres):
    """The network is sure of 4.5 s, the middle; the divergence alone would say 5 s."""
    find = DETECTORS["bilstm-divergence"].load(
        backend="bilstm-divergence", **SETTINGS["bilstm-divergence"] | {"weight": 0.0}
    )
    files = files_of(two_timbres, 0.9)
    best = max(find(files), key=lambda change: change.score)
    assert best.time == pytest.approx(4.5, abs=0.03)
    assert best.score == pytest.approx(np.log(0.9 / 0.1), abs=1e-5)
    long = DETECTORS["bilstm-divergence"].load(
        backend="bilstm-divergence", **SETTINGS["bilstm-divergence"] | {"weight": 50.0}
    )
    assert max(long(files), key=lambda change: change.score).time == pytest.approx(5.0, abs=0.1)


def test_divergence_is_what_a_hand_computes():
    """Means 0 and 4, variances 1 and 4: (0 - 4)^2 / (1 * 2) = 8; one Gaussian has variance 6.5."""
    features = np.array([[-1.0], [1.0], [2.0], [6.0]])
    border = np.array([2])
    gaussian = two_gaussians(features, border, half=2, measure="gaussian")
    assert gaussian[0, 0] == pytest.approx(16 / np.sqrt(1 * 4))
    ratio = two_gaussians(features, border, half=2, measure="likelihood-ratio")
    assert ratio[0, 0] == pytest.approx((4 * np.log(6.5) - 2 * np.log(1) - 2 * np.log(4)) / 8)


def test_a_long_recording_is_worked_through_in_pieces_with_the_same_scores(
    two_timbres, monkeypatch
):
    with Clip(two_timbres) as clip:
        whole = divergence.curve(clip, measure="gaussian", window=1.0, step=0.1)
        monkeypatch.setattr(divergence, "_PIECE", 100)
        pieces = divergence.curve(clip, measure="gaussian", window=1.0, step=0.1)
    np.testing.assert_allclose(pieces[1], whole[1], rtol=1e-5)
    np.testing.assert_array_equal(pieces[0], whole[0])


def test_frames_are_the_same_alone_and_with_the_others(two_timbres):
    with Clip(two_timbres) as clip:
        everything = cepstrum(clip, 0, frame_count(clip.samples))
        part = cepstrum(clip, 300, 310)
    assert everything.shape == (frame_count(9 * 16_000), 12)
    np.testing.assert_allclose(part, everything[300:310], atol=2e-3)


def test_of_two_near_maxima_the_higher_one_is_picked():
    times, scores = np.arange(6.0), np.array([0, 3, 0, 4, 0, 2.0])
    assert pick(times, scores, min_distance=2.5) == [Change(3.0, 4.0)]
    assert [c.time for c in pick(times, scores, min_distance=1)] == [1.0, 3.0, 5.0]


def test_the_35_features_are_11_static_and_12_of_each_derivative(two_timbres):
    """Derivatives against librosa's own over the whole recording, in the middle of it."""
    import librosa

    with Clip(two_timbres) as clip:
        frames = frame_count(clip.samples, hop=372)
        static = cepstrum(clip, 0, frames, hop=372)
        features = with_deltas(clip, 0, frames, hop=372)
        pieces = [with_deltas(clip, n, min(n + 50, frames), hop=372) for n in range(0, frames, 50)]
    assert features.shape == (frames, 35)
    np.testing.assert_array_equal(features[:, :11], static[:, 1:])
    for order, place in ((1, 11), (2, 23)):
        expected = librosa.feature.delta(static, order=order, axis=0)
        np.testing.assert_allclose(features[4:-4, place : place + 12], expected[4:-4], atol=1e-3)
    np.testing.assert_allclose(np.concatenate(pieces), features, atol=5e-3)


def test_the_long_view_is_the_divergence_by_coefficient_the_same_in_pieces(two_timbres):
    """At 5 s, where the timbre changes, its sum is largest; near the ends there is nothing to compare."""
    with Clip(two_timbres) as clip:
        frames = frame_count(clip.samples, hop=372)
        features = with_spans(clip, 0, frames, hop=372)
        pieces = [with_spans(clip, n, min(n + 50, frames), hop=372) for n in range(0, frames, 50)]
        deltas = with_deltas(clip, 0, frames, hop=372)
    assert features.shape == (frames, 35)
    np.testing.assert_allclose(features[:, :23], deltas[:, :23], atol=1e-4)
    long = (features[:, 23:] ** 2).sum(axis=1)
    assert frame_time(long.argmax(), hop=372) == pytest.approx(5.0, abs=0.1)
    assert np.abs(long[:43]).max() == np.abs(long[-42:]).max() == 0 and long[43] > 0
    np.testing.assert_allclose(np.concatenate(pieces), features, atol=5e-3)


def test_137_frames_are_3_2_seconds():
    assert frame_count(51_199, hop=372) == frame_count(51_200, hop=372) == 137
