"""Mixing of channels that cancel each other or are silent."""

import numpy as np
import pytest
import soundfile

from diarflow.audio.prepare import prepare_audio

RATE = 16_000
RNG = np.random.default_rng(0)
SPEECH, OTHER = RNG.normal(0, 0.1, (2, 20 * RATE))


def level(audio):
    """Return the power in decibels."""
    return 10 * np.log10(np.mean(np.square(audio)))


def prepare(tmp_path, *channels):
    """Prepare a file of these channels, and return the samples and the facts about it."""
    soundfile.write(tmp_path / "a.wav", np.stack(channels, axis=1), RATE, "FLOAT")
    facts = prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")
    return soundfile.read(tmp_path / "out.wav")[0], facts


def with_inverted_seconds(first, last):
    """Return the speech, inverted from second `first` to `last`."""
    audio = SPEECH.copy()
    audio[first * RATE : last * RATE] *= -1
    return audio


@pytest.mark.parametrize(
    "second",
    [-SPEECH, -0.8 * SPEECH, -SPEECH + 0.1 * OTHER, with_inverted_seconds(5, 9)],
    ids=["inverted", "quieter", "with-noise", "in-part"],
)
def test_if_channels_cancel_each_other_the_loudest_is_used(tmp_path, second):
    audio, facts = prepare(tmp_path, 0.99 * second, SPEECH)
    np.testing.assert_allclose(audio, SPEECH, atol=1e-4)
    (note,) = facts["notes"]
    assert note.startswith("The channels cancel each other in ")
    assert "channel 2, the loudest, was used" in note and facts["weights"] == [0.0, 1.0]


def test_speech_in_one_of_six_channels_keeps_its_level(tmp_path):
    silent = np.zeros_like(SPEECH)
    audio, facts = prepare(tmp_path, silent, silent, SPEECH, silent, silent, silent)
    np.testing.assert_allclose(audio, SPEECH, atol=1e-4)
    assert facts["notes"] == [
        "The mean of the 6 channels is 16 dB below the loudest one: only channel 3 was used, because the others are silent."
    ]


def test_quiet_channels_beside_speech_are_mixed_at_the_level_of_the_speech(tmp_path):
    """Channels 20 dB below the loudest may be those of other speakers, and are kept."""
    quiet = RNG.normal(0, 0.01, (5, len(SPEECH)))
    audio, facts = prepare(tmp_path, SPEECH, *quiet)
    assert level(audio) == pytest.approx(level(SPEECH), abs=0.1)
    assert "the mean of channels 1, 2, 3, 4, 5, 6 was raised to this level" in facts["notes"][0]


UNCHANGED = {
    "equal": (SPEECH, SPEECH),
    "independent": (SPEECH, OTHER),
    "one silent": (SPEECH, 0 * SPEECH),
    "delayed": (SPEECH, np.roll(SPEECH, 5)),
    "turns": (np.where(np.arange(len(SPEECH)) < 9 * RATE, SPEECH, 0), np.where(np.arange(len(SPEECH)) < 9 * RATE, 0, OTHER)),
    "four speakers": tuple(np.where(np.arange(len(SPEECH)) // (5 * RATE) == k, SPEECH, 0) for k in range(4)),
    "silence": (0 * SPEECH, 0 * SPEECH),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCHANGED)
def test_in_all_other_cases_the_mean_is_used(tmp_path, case):
    channels = UNCHANGED[case]
    audio, facts = prepare(tmp_path, *channels)
    expected = np.clip(np.rint(np.mean(channels, axis=0) * 32768), -32768, 32767) / 32768
    np.testing.assert_allclose(audio, expected, atol=1.1 / 32768)
    assert facts["notes"] == [] and facts["weights"] is None
