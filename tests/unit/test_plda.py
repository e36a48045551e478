"""The PLDA that VBx clusters with."""

import numpy as np
import pytest
import soundfile

from diarflow.clustering.plda import read_plda, train, write_plda
from diarflow.embedding import EMBEDDERS
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.training.plda import joined, train_on_speakers


def speakers(count, windows=30, seed=0):
    """Vectors that vary by 2 in their first three directions from speaker to speaker, by 1 within one."""
    random = np.random.default_rng(seed)
    centres = np.zeros((count, 8))
    centres[:, :3] = random.normal(0, 2, (count, 3))
    owners = np.repeat(np.arange(count), windows)
    return centres[owners] + random.normal(0, 1, (len(owners), 8)), owners


def test_within_a_speaker_vectors_vary_by_one_and_between_as_the_model_says():
    vectors, owners = speakers(200)
    model = train(vectors, owners, dimensions=3)
    found = model.project(vectors)
    means = np.array([found[owners == one].mean(axis=0) for one in range(200)])
    within = np.cov((found - means[owners]).T)
    np.testing.assert_allclose(within, np.eye(3), atol=0.05)
    np.testing.assert_allclose(np.cov(means.T), np.diag(model.between), atol=0.15)
    assert (model.between > 1).all() and (np.diff(model.between) <= 0).all()


def test_what_is_written_is_read_again_and_the_bytes_are_the_same(tmp_path):
    vectors, owners = speakers(20)
    model = train(vectors, owners, dimensions=3)
    write_plda(tmp_path / "a.npz", model)
    write_plda(tmp_path / "b.npz", model)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = read_plda(tmp_path / "a.npz").project(vectors)
    np.testing.assert_allclose(again, model.project(vectors), atol=1e-3)


def test_the_shipped_plda_is_of_the_vectors_of_campplus():
    model = read_plda(model_path("plda-campplus.npz"))
    assert model.project(np.ones((2, 192))).shape == (2, 48)
    assert np.isfinite(model.project(np.zeros((1, 192)))).all()


def test_more_dimensions_than_speakers_are_refused(tmp_path):
    with pytest.raises(InputError, match="2 speakers for a PLDA of 4 dimensions"):
        train_on_speakers({"a": [], "b": []}, None, window=1.5, seconds=9.0, dimensions=4, seed=0)


def test_of_several_recordings_the_same_part_is_used(tmp_path):
    for name in "ab":
        soundfile.write(tmp_path / f"{name}.wav", np.full(32_000, 0.1), 16_000)
    found = joined([tmp_path / "a.wav", tmp_path / "b.wav"], tmp_path / "one.wav", 3.0)
    assert found.shape == (48_000,)


def test_a_plda_is_trained_on_recordings_and_the_same_again(tmp_path):
    for name in "abc":
        synthesize_dialogue(tmp_path / f"{name}.wav", seed=ord(name), speakers=1, turns=2)
    embed = EMBEDDERS["dvector"].load(backend="dvector", window=1.6, hop=0.8)
    named = {name: [tmp_path / f"{name}.wav"] for name in "abc"}
    known = {"window": 1.6, "seconds": 8.0, "dimensions": 2, "seed": 0}
    model, facts = train_on_speakers(named, embed, **known)
    assert model.reduction.shape == (256, 2) and facts["speakers"] == 3
    again, _ = train_on_speakers(named, embed, **known)
    np.testing.assert_array_equal(again.rotation, model.rotation)
