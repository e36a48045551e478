"""PLDA for VBx."""

import numpy as np
import pytest
import soundfile

from diarflow.clustering.plda import read_plda, train_plda, write_plda
from diarflow.embedding import EMBEDDERS
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.training.plda import concatenate_recordings, train_on_speakers


def speakers(count, windows=30, seed=0):
    """Return vectors with standard deviation 2 between speakers in three dimensions, and 1 within a speaker."""
    random = np.random.default_rng(seed)
    means = np.zeros((count, 8))
    means[:, :3] = random.normal(0, 2, (count, 3))
    owners = np.repeat(np.arange(count), windows)
    return means[owners] + random.normal(0, 1, (len(owners), 8)), owners


def test_the_covariance_is_one_within_speakers_and_that_of_the_model_between_them():
    vectors, owners = speakers(200)
    model = train_plda(vectors, owners, dimensions=3)
    projected = model.project(vectors)
    means = np.array([projected[owners == speaker].mean(axis=0) for speaker in range(200)])
    within = np.cov((projected - means[owners]).T)
    np.testing.assert_allclose(within, np.eye(3), atol=0.05)
    np.testing.assert_allclose(np.cov(means.T), np.diag(model.between), atol=0.15)
    assert (model.between > 1).all() and (np.diff(model.between) <= 0).all()


def test_a_written_model_is_read_back_and_its_bytes_are_reproducible(tmp_path):
    vectors, owners = speakers(20)
    model = train_plda(vectors, owners, dimensions=3)
    write_plda(tmp_path / "a.npz", model)
    write_plda(tmp_path / "b.npz", model)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    read = read_plda(tmp_path / "a.npz")
    np.testing.assert_allclose(read.project(vectors), model.project(vectors), atol=1e-3)


def test_the_shipped_plda_takes_vectors_of_campplus():
    model = read_plda(model_path("plda-campplus.npz"))
    assert model.project(np.ones((2, 192))).shape == (2, 48)
    assert np.isfinite(model.project(np.zeros((1, 192)))).all()


def test_more_dimensions_than_speakers_are_refused(tmp_path):
    with pytest.raises(InputError, match="2 speakers for a PLDA of 4 dimensions"):
        train_on_speakers({"a": [], "b": []}, None, window=1.5, seconds=9.0, dimensions=4, seed=0)


def test_each_recording_of_a_speaker_contributes_equally(tmp_path):
    for name in "ab":
        soundfile.write(tmp_path / f"{name}.wav", np.full(32_000, 0.1), 16_000)
    paths = [tmp_path / "a.wav", tmp_path / "b.wav"]
    audio = concatenate_recordings(paths, tmp_path / "prepared.wav", 3.0)
    assert audio.shape == (48_000,)


def test_training_a_plda_on_recordings_is_deterministic(tmp_path):
    for name in "abc":
        synthesize_dialogue(tmp_path / f"{name}.wav", seed=ord(name), speakers=1, turns=2)
    embed = EMBEDDERS["dvector"].load(backend="dvector", window=1.6, hop=0.8)
    paths = {name: [tmp_path / f"{name}.wav"] for name in "abc"}
    options = {"window": 1.6, "seconds": 8.0, "dimensions": 2, "seed": 0}
    model, facts = train_on_speakers(paths, embed, **options)
    assert model.reduction.shape == (256, 2) and facts["speakers"] == 3
    again, _ = train_on_speakers(paths, embed, **options)
    np.testing.assert_array_equal(again.rotation, model.rotation)
