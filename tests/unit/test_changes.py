import numpy as np
import pytest
import soundfile

from diarflow.audio import Clip
from diarflow.changes import DETECTORS, divergence
from diarflow.changes.peaks import Change, pick
from diarflow.features import frame_count, mfcc

SETTINGS = {
    "none": {},
    "divergence": {
        "measure": "likelihood-ratio", "window": 2.0, "step": 0.1, "threshold": 0.5,
        "min_distance": 0.8,
    },
}  # fmt: skip


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


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_is_silent_on_silence_and_the_same_twice(name, tmp_path, two_timbres):
    detect = DETECTORS[name].load(backend=name, **SETTINGS[name])
    for samples in (0, 100, 16_000):
        soundfile.write(tmp_path / "empty.wav", np.zeros(samples, np.int16), 16_000)
        assert detect(tmp_path / "empty.wav") == []
    assert detect(two_timbres) == detect(two_timbres)


@pytest.mark.parametrize("measure", ["likelihood-ratio", "gaussian"])
def test_divergence_finds_the_one_change(measure, two_timbres):
    with Clip(two_timbres) as clip:
        times, scores = divergence.curve(clip, measure=measure, window=2.0, step=0.1)
    assert times[scores.argmax()] == pytest.approx(5.0, abs=0.1)


def test_divergence_is_what_a_hand_computes():
    """Means 0 and 4, variances 1 and 4: (0 - 4)^2 / (1 * 2) = 8; one Gaussian has variance 6.5."""
    features = np.array([[-1.0], [1.0], [2.0], [6.0]])
    border = np.array([2])
    gaussian = divergence.divergence(features, border, half=2, measure="gaussian")
    assert gaussian[0] == pytest.approx(16 / np.sqrt(1 * 4))
    ratio = divergence.divergence(features, border, half=2, measure="likelihood-ratio")
    assert ratio[0] == pytest.approx((4 * np.log(6.5) - 2 * np.log(1) - 2 * np.log(4)) / 8)


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
        everything = mfcc(clip, 0, frame_count(clip.samples))
        part = mfcc(clip, 300, 310)
    assert everything.shape == (frame_count(9 * 16_000), 11)
    np.testing.assert_allclose(part, everything[300:310], atol=2e-3)


def test_of_two_near_maxima_the_higher_one_is_picked():
    times, scores = np.arange(6.0), np.array([0, 3, 0, 4, 0, 2.0])
    assert pick(times, scores, threshold=1, min_distance=2.5) == [Change(3.0, 4.0)]
    assert [c.time for c in pick(times, scores, threshold=1, min_distance=1)] == [1.0, 3.0, 5.0]


def test_a_maximum_must_be_above_the_threshold():
    assert pick(np.arange(3.0), np.array([0, 1.0, 0]), threshold=1.0, min_distance=1) == []
