from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from diarflow.audio.features import FEATURES, frame_time
from diarflow.audio.prepared import Clip
from diarflow.changes import DETECTORS
from diarflow.changes.peak_picking import pick
from diarflow.formats.rttm import write_rttm
from diarflow.networks import bilstm
from diarflow.networks.bilstm import HOP, averaged, normalise, read_features
from diarflow.settings.stages import BilstmNetwork
from diarflow.timeline.intervals import Interval, Turn
from diarflow.training.dataset import Extent, batches, build_training_set
from diarflow.training.labels import changes, label_frames
from diarflow.training.split import Example, hold_out, split

ALL = {"max_pause": 1.0}


def kinds(turns, *wanted, duration=20.0, **options):
    return [tuple(found) for found in changes(turns, duration, kinds=wanted, **ALL | options)]


def test_a_change_is_from_one_speaker_to_another_across_a_pause():  # bug 17
    said = [Turn(0, 2, "a"), Turn(2.5, 4, "b"), Turn(5, 6, "b"), Turn(9, 10, "a")]
    assert kinds(said, "speaker") == [(2, 2.5), (9, 9)]
    assert kinds(said, "speaker", max_pause=5.0) == [(2, 2.5), (6, 9)]


def test_the_end_of_speech_is_no_change_of_speaker():  # bug 17
    assert kinds([Turn(0, 2, "a"), Turn(6, 8, "a")], "speaker") == []
    assert kinds([Turn(1, 2, "a"), Turn(6, 8, "a")], "speech") == [(1, 1), (2, 2), (6, 6), (8, 8)]


def test_an_overlap_between_two_speakers_is_one_change_and_a_backchannel_none():
    assert kinds([Turn(0, 5, "a"), Turn(4, 9, "b")], "speaker") == [(4, 5)]
    assert kinds([Turn(0, 9, "a"), Turn(4, 5, "b")], "speaker") == []
    assert kinds([Turn(0, 9, "a"), Turn(4, 5, "b")], "overlap") == [(4, 4), (5, 5)]


def test_a_breath_of_one_speaker_is_no_pause():
    assert (
        kinds([Turn(0, 2, "a"), Turn(2.3, 4, "a")], "speaker", "speech", "overlap")
        == [(0, 0), (4, 4)][1:]
    )


def test_frames_near_a_change_are_marked_on_both_sides():
    times = np.arange(10) * 0.05
    near = label_frames(times, [Interval(0.2, 0.25)], neighbourhood=0.05)
    assert list(np.flatnonzero(near)) == [3, 4, 5, 6]


class Loudening:
    """Stands for a network: high where a frame is louder than those before, by the derivative of c0."""

    def run(self, _, feed):
        return [1 / (1 + np.exp(-feed["features"][..., 11:12]))]


@pytest.mark.parametrize("moment", [3.0, 5.0071, 7.0123, 9.0186, 20.501])
def test_a_known_change_goes_through_the_whole_chain_and_is_found_within_a_frame(
    tmp_path, monkeypatch, moment
):  # bug 15
    """From sound and reference to labels, and from sound by features, windows and activations to a change."""
    from diarflow.artifacts.arrays import write_array, write_times

    audio = np.random.default_rng(0).normal(0, 0.1, 25 * 16_000)
    audio[: round(moment * 16_000)] *= 0.1
    wave, rttm, npy = (tmp_path / f"a.{ending}" for ending in ("wav", "rttm", "npy"))
    soundfile.write(wave, audio, 16_000)
    write_rttm(rttm, "a", [Turn(0.0, moment, "x"), Turn(moment, 25.0, "y")])
    frame = HOP / 16_000

    build_training_set(
        [Example("c", "a", str(wave), str(rttm), False)], tmp_path / "x.npy", tmp_path / "y.npy",
        kinds=["speaker"], max_pause=1.0, neighbourhood=0.075, features="deltas",
        normalisation="recording",
    )  # fmt: skip
    near = np.flatnonzero(np.load(tmp_path / "y.npy"))
    assert frame_time(near, hop=HOP).mean() == pytest.approx(moment, abs=frame)

    facts = {"features": "deltas", "normalisation": "recording"}
    monkeypatch.setattr(bilstm, "_network", lambda path, asked: (Loudening(), facts))
    activate = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    scores, times, more = activate(wave)
    write_array(npy, scores)
    write_times(npy.with_suffix(".json"), times, **more)
    find = DETECTORS["bilstm"].load(
        backend="bilstm", network="bilstm", min_distance=0.3, prominence=0.0
    )
    found = max(find(SimpleNamespace(activations=npy)), key=lambda change: change.score)
    assert found.time == pytest.approx(moment, abs=frame)


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 80))
def test_windows_are_averaged_by_their_true_number_to_the_last_frame(count, frames, stride):
    """bugs 12 and 13: a network that gives back its input gives back the recording, edges and all."""
    features = np.random.default_rng(count).normal(size=(count, 1)).astype(np.float32)
    found = averaged(features, lambda x: x, frames, stride)
    if stride <= frames:
        np.testing.assert_allclose(found, features[:, 0], atol=1e-6)
    assert len(found) == count


def test_a_maximum_at_either_end_and_every_one_in_between_is_found():  # bug 14
    scores = np.zeros(900)
    scores[[0, 150, 180, 450, 899]] = 0.9
    found = pick(np.arange(900) * 0.02, scores, min_distance=0.3)
    assert [round(change.time / 0.02) for change in found] == [0, 150, 180, 450, 899]


def test_normalised_features_have_no_mean_and_a_constant_one_stays_finite():
    features = np.random.default_rng(0).normal(5, 3, (100, 35)).astype(np.float32)
    features[:, 3] = 7.0
    found = features.copy()
    normalise(found, "recording")
    assert np.abs(found.mean(axis=0)).max() < 1e-5 and np.abs(found[:, 3]).max() == 0
    same = features.copy()
    normalise(same, "none")
    np.testing.assert_array_equal(same, features)
    normalise(np.zeros((0, 35), np.float32), "recording")


@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize("samples", [0, 100, 512, 16_000])
def test_short_recordings_have_features(tmp_path, samples, features):
    soundfile.write(tmp_path / "a.wav", np.zeros(samples, np.int16), 16_000)
    with Clip(tmp_path / "a.wav") as clip:
        assert read_features(clip, features).shape == (max(0, 1 + (samples - 512) // 372), 35)


@pytest.fixture
def training_set(tmp_path):
    examples = []
    for number, name in enumerate("abc"):
        audio = np.random.default_rng(number).normal(0, 0.1, 16_000 * (8 + number))
        soundfile.write(tmp_path / f"{name}.wav", audio, 16_000)
        write_rttm(tmp_path / f"{name}.rttm", name, [Turn(0, 3, "x"), Turn(3, 7, "y")])
        paths = (str(tmp_path / f"{name}.wav"), str(tmp_path / f"{name}.rttm"))
        examples.append(Example("tiny", name, *paths, name == "c"))
    extents = build_training_set(
        examples, tmp_path / "x.npy", tmp_path / "y.npy",
        kinds=["speaker"], max_pause=1.0, neighbourhood=0.075, features="spans",
        normalisation="recording",
    )  # fmt: skip
    return np.load(tmp_path / "x.npy"), np.load(tmp_path / "y.npy"), extents


def test_a_training_set_holds_every_frame_and_negatives_too(training_set):  # bug 18
    features, labels, extents = training_set
    assert features.shape == (len(labels), 35) == (sum(one.frames for one in extents), 35)
    assert [one.first for one in extents] == [0, *np.cumsum([one.frames for one in extents])[:-1]]
    for one in extents:
        near = np.flatnonzero(labels[one.first : one.first + one.frames])
        assert len(near) == one.positive == 7 or len(near) == one.positive == 6
        assert np.abs(frame_time(near, hop=HOP) - 3.0).max() < 0.08
    assert [one.validation for one in extents] == [False, False, True]


def test_no_window_reaches_over_two_recordings_and_every_recording_has_some(training_set):
    _features, labels, extents = training_set
    owner = np.concatenate([np.full(one.frames, n) for n, one in enumerate(extents)])
    marked = np.repeat(owner[:, None].astype(np.float32), 35, axis=1)
    for random in (None, np.random.default_rng(0)):
        seen = set()
        for x, y in batches(marked, labels, extents, frames=137, size=2, random=random):
            assert x.shape[1:] == (137, 35) and y.shape == (*x.shape[:2], 1)
            assert all(len(np.unique(window)) == 1 for window in x)
            seen |= set(np.unique(x))
        assert seen <= {0.0, 1.0, 2.0} and len(seen) >= 2


def test_windows_of_a_seed_come_in_the_same_order_and_begin_elsewhere_each_time(training_set):
    features, labels, extents = training_set
    first, again, other = (
        np.concatenate([x for x, _ in batches(
            features, labels, extents, frames=50, size=4, random=np.random.default_rng(seed)
        )]) for seed in (1, 1, 2)
    )  # fmt: skip
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_extents_are_what_the_table_holds():
    from diarflow.artifacts.tables import COLUMNS

    assert tuple(COLUMNS["training"]) == Extent._fields


def test_the_shipped_network_scores_every_frame_of_recordings_of_any_length(tmp_path):
    from diarflow.networks import NETWORKS
    from diarflow.settings.stages import BilstmNetwork

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
def test_what_is_held_out_shares_no_speaker_with_what_is_learnt_from(speakers):
    held, aside = hold_out(speakers)
    learnt = speakers.keys() - held - aside
    assert held and learnt and not held & aside
    heard = set().union(*(speakers[name] for name in held))
    if any(speakers[name] & heard for name in learnt):  # only where one alone would put half aside
        assert not aside
        assert any(
            sum(1 for other in speakers.values() if other & speakers[one]) > len(speakers) / 2
            for one in held
        )


def test_of_four_meetings_one_is_held_out_and_one_left_aside_and_a_choice_of_corpora_stays(
    tmp_path, capsys
):
    people = {"a": "Ann Bob", "b": "Dee Eve", "c": "Ann Bob", "d": "Cem Dee"}
    for name, them in people.items():
        turns = [Turn(i, i + 1, one) for i, one in enumerate(them.split())]
        write_rttm(tmp_path / f"{name}.rttm", name, turns)
    examples = [Example("m", name, "", str(tmp_path / f"{name}.rttm"), None) for name in people]
    found = {one.recording: one.validation for one in split(examples)}
    assert len(found) == 3 and sum(found.values()) == 1
    (held,) = (name for name, out in found.items() if out)
    assert all(
        not set(people[held].split()) & set(people[name].split()) for name in found.keys() - {held}
    )
    assert capsys.readouterr().err == ""

    chosen = [one._replace(validation=one.recording == "b") for one in examples]
    assert split(chosen) == chosen


def test_where_every_recording_names_the_same_speakers_the_log_says_what_that_means(
    tmp_path, capsys
):
    examples = []
    for name in "abc":
        write_rttm(tmp_path / f"{name}.rttm", name, [Turn(0, 1, "A"), Turn(1, 2, "B")])
        examples.append(Example("m", name, "", str(tmp_path / f"{name}.rttm"), None))
    assert [one.validation for one in split(examples)].count(True) == 1
    assert "2 speakers of what is held out are also learnt from" in capsys.readouterr().err
