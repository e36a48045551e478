"""The shipped d-vector equals that of Resemblyzer, whose weights it has, in torch."""

import sys
import types
import zipfile

import numpy as np
import pytest

from diarflow.embedding import dvector
from diarflow.embedding.windows import Window
from diarflow.networks.onnx import session
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Return the voice encoder of Resemblyzer, and its package."""
    import subprocess

    folder = tmp_path_factory.mktemp("resemblyzer")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", folder]
    subprocess.run([*command, "Resemblyzer==0.1.4"], check=True)
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(folder / "package")
    sys.path.insert(0, str(folder / "package"))
    import scipy.ndimage

    moved = types.ModuleType("scipy.ndimage.morphology")  # SciPy has moved it
    moved.binary_dilation = scipy.ndimage.binary_dilation
    sys.modules["scipy.ndimage.morphology"] = moved
    import resemblyzer

    yield resemblyzer.VoiceEncoder("cpu", verbose=False), resemblyzer
    sys.path.remove(str(folder / "package"))


def test_the_network_equals_the_original(original):
    import torch

    encoder, _ = original
    network = session("dvector.onnx")
    for windows, frames in ((1, 160), (7, 160), (3, 90)):
        mel = (
            np.random.default_rng(windows).gamma(0.3, 1.0, (windows, frames, 40)).astype(np.float32)
        )
        with torch.no_grad():
            expected = encoder(torch.from_numpy(mel)).numpy()
        np.testing.assert_allclose(network.run(None, {"mel": mel})[0], expected, atol=1e-5)


def test_the_vector_of_a_window_equals_that_of_the_original(original, tmp_path):
    """The original computes the spectrogram of the whole recording, so windows are cut from its frames."""
    import soundfile
    import torch

    encoder, package = original
    synthesize_dialogue(tmp_path / "a.wav", seed=5, speakers=2, turns=4)
    audio, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    loud = package.audio.normalize_volume(audio, -30, increase_only=True)
    mel = package.audio.wav_to_mel_spectrogram(loud)
    starts = [1.0, 2.5, 4.0]
    parts = np.stack([mel[round(s * 100) : round(s * 100) + 160] for s in starts])
    with torch.no_grad():
        expected = encoder(torch.from_numpy(parts)).numpy()
    embed = dvector.load(window=1.6, hop=0.8)
    vectors = embed(tmp_path / "a.wav", [Window(s, s + 1.6, 0) for s in starts])
    np.testing.assert_allclose(vectors, expected, atol=1e-4)
