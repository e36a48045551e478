import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from diarflow.artifacts.arrays import write_array, write_times
from diarflow.artifacts.tables import COLUMNS
from diarflow.audio.features import FEATURE_SETS, frame_time
from diarflow.audio.prepared import AudioReader
from diarflow.changes import DETECTORS
from diarflow.changes.peak_picking import pick_peaks
from diarflow.formats.rttm import write_rttm
from diarflow.networks import NETWORKS, bilstm
from diarflow.networks.activations import read_activations
from diarflow.networks.bilstm import HOP, average_over_windows, extract_features, normalise
from diarflow.settings.networks import BilstmNetwork
from diarflow.timeline.intervals import Interval, Turn
from diarflow.training.dataset import FrameRange, build_training_set, make_batches
from diarflow.training.labels import find_changes, label_frames
from diarflow.training.split import Example, choose_validation, split_examples


def changes_of(turns, *kinds, max_pause=1.0):
    return [tuple(c) for c in find_changes(turns, 20.0, kinds=kinds, max_pause=max_pause)]


def test_a_speaker_change_spans_a_short_pause_and_ends_a_long_one():  # bug 17
    turns = [Turn(0, 2, "a"), Turn(2.5, 4, "b"), Turn(5, 6, "b"), Turn(9, 10, "a")]
    assert changes_of(turns, "speaker") == [(2, 2.5), (9, 9)]
    assert changes_of(turns, "speaker", max_pause=5.0) == [(2, 2.5), (6, 9)]


def test_the_end_of_speech_is_not_a_speaker_change():  # bug 17
    assert changes_of([Turn(0, 2, "a"), Turn(6, 8, "a")], "speaker") == []
    assert changes_of([Turn(1, 2, "a"), Turn(6, 8, "a")], "speech") == [
        (1, 1),
        (2, 2),
        (6, 6),
        (8, 8),
    ]


def test_an_overlap_is_one_speaker_change_and_a_backchannel_none():
    assert changes_of([Turn(0, 5, "a"), Turn(4, 9, "b")], "speaker") == [(4, 5)]
    assert changes_of([Turn(0, 9, "a"), Turn(4, 5, "b")], "speaker") == []
    assert changes_of([Turn(0, 9, "a"), Turn(4, 5, "b")], "overlap") == [(4, 4), (5, 5)]


def test_a_pause_of_300_ms_within_a_turn_is_filled():
    assert (
        changes_of([Turn(0, 2, "a"), Turn(2.3, 4, "a")], "speaker", "speech", "overlap")
        == [(0, 0), (4, 4)][1:]
    )


def test_frames_on_both_sides_of_a_change_are_positive():
    times = np.arange(10) * 0.05
    labels = label_frames(times, [Interval(0.2, 0.25)], neighbourhood=0.05)
    assert list(np.flatnonzero(labels)) == [3, 4, 5, 6]


class IncreaseOfLevel:
    """Replaces a network: its score is high if a frame is louder than those before, by the derivative of c0."""

    def run(self, _, feed):
        return [1 / (1 + np.exp(-feed["features"][..., 11:12]))]


@pytest.mark.parametrize("time", [3.0, 5.0071, 7.0123, 9.0186, 20.501])
def test_labels_and_detection_place_a_change_within_a_frame(tmp_path, monkeypatch, time):  # bug 15
    """Follow a change from audio and reference to labels, and from audio to features, windows, activations and a change."""
    audio = np.random.default_rng(0).normal(0, 0.1, 25 * 16_000)
    audio[: round(time * 16_000)] *= 0.1
    wave, rttm, npy = (tmp_path / f"a.{ending}" for ending in ("wav", "rttm", "npy"))
    soundfile.write(wave, audio, 16_000)
    write_rttm(rttm, "a", [Turn(0.0, time, "x"), Turn(time, 25.0, "y")])
    frame = HOP / 16_000

    build_training_set(
        [Example("c", "a", str(wave), str(rttm), False)], tmp_path / "x.npy", tmp_path / "y.npy",
        kinds=["speaker"], max_pause=1.0, neighbourhood=0.075, features="deltas",
        normalisation="recording",
    )  # fmt: skip
    positive = np.flatnonzero(np.load(tmp_path / "y.npy"))
    assert frame_time(positive, hop=HOP).mean() == pytest.approx(time, abs=frame)

    metadata = {"features": "deltas", "normalisation": "recording"}
    monkeypatch.setattr(bilstm, "_load_network", lambda *_: (IncreaseOfLevel(), metadata))
    activate = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    activations = activate(wave)
    write_array(npy, activations.values)
    write_times(npy.with_suffix(".json"), activations.times, **activations.metadata)
    detect = DETECTORS["bilstm"].load(
        backend="bilstm", network="bilstm", min_distance=0.3, prominence=0.0
    )
    changes = detect(activations=read_activations(npy))
    best = max(changes, key=lambda change: change.score)
    assert best.time == pytest.approx(time, abs=frame)


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 80))
def test_the_average_of_an_identity_network_is_its_input(count, frames, stride):
    """Bugs 12 and 13: also at both ends of the recording."""
    features = np.random.default_rng(count).normal(size=(count, 1)).astype(np.float32)
    average = average_over_windows(features, lambda x: x, frames, stride)
    if stride <= frames:
        np.testing.assert_allclose(average, features[:, 0], atol=1e-6)
    assert len(average) == count


def test_peaks_are_found_at_both_ends_and_between():  # bug 14
    scores = np.zeros(900)
    scores[[0, 150, 180, 450, 899]] = 0.9
    changes = pick_peaks(np.arange(900) * 0.02, scores, min_distance=0.3)
    assert [round(change.time / 0.02) for change in changes] == [0, 150, 180, 450, 899]


def test_normalised_features_have_mean_zero_and_a_constant_one_stays_finite():
    features = np.random.default_rng(0).normal(5, 3, (100, 35)).astype(np.float32)
    features[:, 3] = 7.0
    normalised = features.copy()
    normalise(normalised, "recording")
    assert np.abs(normalised.mean(axis=0)).max() < 1e-5 and np.abs(normalised[:, 3]).max() == 0
    unchanged = features.copy()
    normalise(unchanged, "none")
    np.testing.assert_array_equal(unchanged, features)
    normalise(np.zeros((0, 35), np.float32), "recording")


@pytest.mark.parametrize("features", FEATURE_SETS)
@pytest.mark.parametrize("samples", [0, 100, 512, 16_000])
def test_short_recordings_have_features(tmp_path, samples, features):
    soundfile.write(tmp_path / "a.wav", np.zeros(samples, np.int16), 16_000)
    with AudioReader(tmp_path / "a.wav") as reader:
        assert extract_features(reader, features).shape == (max(0, 1 + (samples - 512) // 372), 35)


@pytest.fixture
def training_set(tmp_path):
    """Return features, labels and frame ranges of three recordings, the last one for validation."""
    examples = []
    for number, name in enumerate("abc"):
        audio = np.random.default_rng(number).normal(0, 0.1, 16_000 * (8 + number))
        soundfile.write(tmp_path / f"{name}.wav", audio, 16_000)
        write_rttm(tmp_path / f"{name}.rttm", name, [Turn(0, 3, "x"), Turn(3, 7, "y")])
        paths = (str(tmp_path / f"{name}.wav"), str(tmp_path / f"{name}.rttm"))
        examples.append(Example("tiny", name, *paths, name == "c"))
    ranges = build_training_set(
        examples, tmp_path / "x.npy", tmp_path / "y.npy",
        kinds=["speaker"], max_pause=1.0, neighbourhood=0.075, features="spans",
        normalisation="recording",
    )  # fmt: skip
    return np.load(tmp_path / "x.npy"), np.load(tmp_path / "y.npy"), ranges


def test_a_training_set_contains_every_frame_also_negative_ones(training_set):  # bug 18
    features, labels, ranges = training_set
    counts = [recording.frames for recording in ranges]
    assert features.shape == (len(labels), 35) == (sum(counts), 35)
    assert [recording.first for recording in ranges] == [0, *np.cumsum(counts)[:-1]]
    for recording in ranges:
        last = recording.first + recording.frames
        positive = np.flatnonzero(labels[recording.first : last])
        assert len(positive) == recording.positive and len(positive) in (6, 7)
        assert np.abs(frame_time(positive, hop=HOP) - 3.0).max() < 0.08
    assert [recording.validation for recording in ranges] == [False, False, True]


def test_a_window_lies_in_one_recording(training_set):
    _features, labels, ranges = training_set
    owner = np.concatenate([np.full(recording.frames, n) for n, recording in enumerate(ranges)])
    marked = np.repeat(owner[:, None].astype(np.float32), 35, axis=1)
    for random in (None, np.random.default_rng(0)):
        seen = set()
        for x, y in make_batches(marked, labels, ranges, frames=137, size=2, random=random):
            assert x.shape[1:] == (137, 35) and y.shape == (*x.shape[:2], 1)
            assert all(len(np.unique(window)) == 1 for window in x)
            seen |= set(np.unique(x))
        assert seen <= {0.0, 1.0, 2.0} and len(seen) >= 2


def test_the_seed_determines_the_batches(training_set):
    features, labels, ranges = training_set
    first, again, other = (
        np.concatenate([x for x, _ in make_batches(
            features, labels, ranges, frames=50, size=4, random=np.random.default_rng(seed)
        )]) for seed in (1, 1, 2)
    )  # fmt: skip
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_frame_ranges_have_the_columns_of_their_table():
    assert tuple(COLUMNS["training"]) == FrameRange._fields


def test_the_shipped_network_scores_every_frame_of_recordings_of_any_length(tmp_path):
    activate = NETWORKS["bilstm"].load(**BilstmNetwork().model_dump())
    for samples, frames in ((0, 0), (512, 1), (8000, 21), (51_200, 137), (160_000, 429)):
        audio = np.random.default_rng(samples).normal(0, 0.05, samples)
        soundfile.write(tmp_path / "a.wav", audio, 16_000)
        scores, times, _ = activate(tmp_path / "a.wav")
        assert scores.shape == (frames, 1) and len(times) == frames
        assert ((scores >= 0) & (scores <= 1)).all()


SPEAKERS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.sets(st.sampled_from("vwxyz")), min_size=2
)


@given(SPEAKERS)
def test_training_and_validation_have_no_speaker_in_common(speakers):
    validation, dropped = choose_validation(speakers)
    training = speakers.keys() - validation - dropped
    assert validation and training and not validation & dropped
    their_speakers = set().union(*(speakers[name] for name in validation))
    if any(speakers[name] & their_speakers for name in training):
        # allowed only if more than half of the recordings would be dropped
        assert not dropped
        assert any(
            sum(1 for other in speakers.values() if other & speakers[name]) > len(speakers) / 2
            for name in validation
        )


@pytest.fixture
def make_examples(tmp_path):
    """Return a function that writes a reference for each recording, and returns the examples."""

    def make(speakers):
        examples = []
        for name, names in speakers.items():
            path = tmp_path / f"{name}.rttm"
            write_rttm(path, name, [Turn(i, i + 1, speaker) for i, speaker in enumerate(names)])
            examples.append(Example("m", name, "", str(path), None))
        return examples

    return make


def test_of_four_meetings_one_is_for_validation_and_one_is_dropped(make_examples, capsys):
    speakers = {"a": ["Ann", "Bob"], "b": ["Dee", "Eve"], "c": ["Ann", "Bob"], "d": ["Cem", "Dee"]}
    parts = {e.recording: e.validation for e in split_examples(make_examples(speakers))}
    assert len(parts) == 3 and sum(parts.values()) == 1
    (validation,) = (name for name, is_validation in parts.items() if is_validation)
    training = parts.keys() - {validation}
    assert all(not set(speakers[validation]) & set(speakers[name]) for name in training)
    assert capsys.readouterr().err == ""


def test_corpora_chosen_for_validation_are_kept(make_examples):
    examples = make_examples({"a": ["Ann", "Bob"], "b": ["Ann", "Bob"]})
    chosen = [example._replace(validation=example.recording == "b") for example in examples]
    assert split_examples(chosen) == chosen


def test_common_speakers_of_training_and_validation_are_logged(make_examples, capsys):
    examples = make_examples({name: ["A", "B"] for name in "abc"})
    assert [example.validation for example in split_examples(examples)].count(True) == 1
    assert "2 speakers are in both training and validation" in capsys.readouterr().err
