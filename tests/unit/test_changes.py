"""Speaker change detection."""

import numpy as np
import pytest
import soundfile

from diarflow.audio.features import frame_count, frame_time
from diarflow.audio.gaussian_divergence import gaussian_divergence
from diarflow.audio.prepared import AudioReader
from diarflow.changes import DETECTORS, divergence
from diarflow.changes.peak_picking import Change, pick_peaks
from diarflow.networks.activations import FrameScores
from diarflow.networks.bilstm import HOP
from diarflow.networks.chunks import read_chunks
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


def load(backend, **settings):
    return DETECTORS[backend].load(backend=backend, **SETTINGS[backend] | settings)


def bilstm_scores(audio, score):
    """Scores of a network that are `score` in the middle frame and 0 elsewhere."""
    frames = frame_count(soundfile.info(audio).frames, hop=HOP)
    values = np.zeros((frames, 1))
    values[frames // 2 : frames // 2 + 1] = score
    return FrameScores(values, frame_time(np.arange(frames), hop=HOP))


@pytest.mark.parametrize("backend", DETECTORS)
@pytest.mark.parametrize("samples", [0, 100, 16_000])
def test_silence_contains_no_change(backend, samples, tmp_path, segmented):
    audio = tmp_path / "silence.wav"
    soundfile.write(audio, np.zeros(samples, np.int16), 16_000)
    activations = bilstm_scores(audio, 0.0)
    if backend == "segmentation":
        activations = read_chunks(segmented(("", 2 + samples // 160)))
    candidates = load(backend)(audio=audio, activations=activations, reference=[])
    assert [c for c in candidates if c.score > THRESHOLDS.get(backend, -1)] == []


@pytest.mark.parametrize("backend", DETECTORS)
def test_every_detector_is_deterministic(backend, two_timbres, segmented):
    activations = bilstm_scores(two_timbres, 0.9)
    if backend == "segmentation":
        activations = read_chunks(segmented(("0", 500), ("1", 400)))
    reference = [Turn(0.0, 5.0, "p"), Turn(5.0, 9.0, "q")]
    inputs = {"audio": two_timbres, "activations": activations, "reference": reference}
    detect = load(backend)
    candidates = detect(**inputs)
    assert candidates == detect(**inputs)
    assert (candidates == []) == (backend == "none")


def test_local_speakers_hand_over_where_the_activity_of_one_passes_to_another(segmented):
    chunks = read_chunks(segmented(("0", 100), ("1", 100), ("12", 100), ("1", 100), ("", 100)))
    candidates = load("segmentation")(activations=chunks)
    scores = {round(change.time, 3): round(change.score, 3) for change in candidates}
    assert [scores[time] for time in (1.0, 2.0, 3.0, 4.0)] == [1.0, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("measure", ["likelihood-ratio", "gaussian"])
def test_the_divergence_is_highest_at_the_change(measure, two_timbres):
    with AudioReader(two_timbres) as reader:
        times, scores = divergence.divergence_curve(reader, measure=measure, window=2.0, step=0.1)
    assert times[scores.argmax()] == pytest.approx(5.0, abs=0.1)


def test_the_weight_decides_between_the_network_and_the_divergence(two_timbres):
    """The network has its maximum at 4.5 s, the divergence at 5 s."""
    inputs = {"audio": two_timbres, "activations": bilstm_scores(two_timbres, 0.9)}
    network_only = load("bilstm-divergence", weight=0.0)(**inputs)
    best = max(network_only, key=lambda change: change.score)
    assert best.time == pytest.approx(4.5, abs=0.03)
    assert best.score == pytest.approx(np.log(0.9 / 0.1), abs=1e-5)
    mostly_divergence = load("bilstm-divergence", weight=50.0)(**inputs)
    best = max(mostly_divergence, key=lambda change: change.score)
    assert best.time == pytest.approx(5.0, abs=0.1)


def test_divergence_equals_a_value_computed_by_hand():
    """Means 0 and 4, variances 1 and 4: (0 - 4)^2 / (1 * 2) = 8; a single Gaussian has variance 6.5."""
    features = np.array([[-1.0], [1.0], [2.0], [6.0]])
    borders = np.array([2])
    gaussian = gaussian_divergence(features, borders, half=2, measure="gaussian")
    assert gaussian[0, 0] == pytest.approx(16 / np.sqrt(1 * 4))
    ratio = gaussian_divergence(features, borders, half=2, measure="likelihood-ratio")
    assert ratio[0, 0] == pytest.approx((4 * np.log(6.5) - 2 * np.log(1) - 2 * np.log(4)) / 8)


def test_pieces_of_a_long_recording_have_the_scores_of_the_whole(two_timbres, monkeypatch):
    settings = {"measure": "gaussian", "window": 1.0, "step": 0.1}
    with AudioReader(two_timbres) as reader:
        times, scores = divergence.divergence_curve(reader, **settings)
        monkeypatch.setattr(divergence, "_PIECE", 100)
        times_of_pieces, scores_of_pieces = divergence.divergence_curve(reader, **settings)
    np.testing.assert_allclose(scores_of_pieces, scores, rtol=1e-5)
    np.testing.assert_array_equal(times_of_pieces, times)


def test_the_higher_of_two_close_peaks_is_picked():
    times, scores = np.arange(6.0), np.array([0, 3, 0, 4, 0, 2.0])
    assert pick_peaks(times, scores, min_distance=2.5) == [Change(3.0, 4.0)]
    assert [c.time for c in pick_peaks(times, scores, min_distance=1)] == [1.0, 3.0, 5.0]
