"""The waveform of a recording's page shows the loudest sample of each step."""

from base64 import b64decode

import numpy as np
import soundfile

from diarflow.report import audio_peaks as module
from diarflow.report.audio_peaks import audio_peaks

STEP = 640  # samples of a peak: 16,000 / 25


def write_audio(path, samples):
    soundfile.write(path, np.asarray(samples, np.int16), 16_000, "PCM_16", format="WAV")
    return path


def test_a_peak_is_the_square_root_of_the_highest_amplitude(tmp_path):
    """By hand: 8192 is a quarter of full scale, its root a half, and half of 255 is rounded to 128."""
    samples = np.zeros(3 * STEP)
    samples[10], samples[STEP + 5], samples[-1] = 100, -32768, 8192
    peaks = audio_peaks([write_audio(tmp_path / "a.wav", samples)])
    assert peaks["step"] == 0.04
    assert list(b64decode(peaks["channels"][0])) == [round(255 * (100 / 32768) ** 0.5), 255, 128]


def test_the_last_step_may_be_incomplete_and_silence_is_zero(tmp_path):
    peaks = audio_peaks([write_audio(tmp_path / "a.wav", np.zeros(STEP + 1))])
    assert list(b64decode(peaks["channels"][0])) == [0, 0]


def test_long_recordings_have_longer_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_MAX_PEAKS", 10)
    paths = [write_audio(tmp_path / f"{name}.wav", np.ones(16_000)) for name in "ab"]
    peaks = audio_peaks(paths)
    assert peaks["step"] == 0.2  # 2 s of audio in both channels
    assert [len(b64decode(channel)) for channel in peaks["channels"]] == [5, 5]


def test_without_audio_there_are_no_peaks():
    assert audio_peaks([])["channels"] == []
