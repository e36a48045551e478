"""Mel spectrograms and cepstra, compared with librosa and with closed forms."""

import numpy as np
import pytest

from diarflow.audio.mel import cepstral_coefficients, derivative, mel_power

RATE = 16_000


@pytest.mark.parametrize("hertz", [300, 1000, 4000])
def test_a_tone_is_strongest_in_the_band_around_its_frequency(hertz):
    """Bands are triangles on librosa's mel scale (Slaney): their peaks are evenly spaced in mel."""
    tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)
    power = mel_power(tone, frame=512, hop=160)
    assert power.shape == (40, 1 + (RATE - 512) // 160)
    above_1000 = np.log(max(hertz, 1000) / 1000) / (np.log(6.4) / 27)
    highest = 15 + np.log(8) / (np.log(6.4) / 27)
    position = (min(hertz, 1000) * 3 / 200 + above_1000) / highest * 41 - 1
    assert np.all(np.abs(power.argmax(axis=0) - position) <= 0.75)


def test_four_times_the_amplitude_is_16_times_the_power_and_12_decibels():
    audio = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    power, louder = (mel_power(audio * gain, frame=400, hop=160) for gain in (1, 4))
    np.testing.assert_allclose(louder, 16 * power, rtol=1e-5)
    quiet, loud = (cepstral_coefficients(p, count=3, floor=1e-10) for p in (power, louder))
    # c0 is the sum of the decibels of 40 bands, divided by the root of 40
    np.testing.assert_allclose(loud[:, 0] - quiet[:, 0], 10 * np.log10(16) * 40**0.5, rtol=1e-4)
    np.testing.assert_allclose(loud[:, 1:], quiet[:, 1:], atol=1e-3)


def test_the_derivatives_of_a_parabola_are_a_line_and_a_constant():
    times = np.arange(50.0)
    values = np.stack([times**2, 3 * times], axis=1)
    np.testing.assert_allclose(derivative(values, width=9, order=1)[4:-4, 0], 2 * times[4:-4])
    np.testing.assert_allclose(derivative(values, width=9, order=2)[4:-4, 0], 2.0)
    np.testing.assert_allclose(derivative(values, width=9, order=1)[:, 1], 3.0)


@pytest.mark.slow
@pytest.mark.parametrize(("frame", "hop"), [(512, 160), (400, 160), (512, 372)])
def test_all_values_equal_those_of_librosa_to_the_last_bit(frame, hop):
    """Slow, because numba compiles functions of librosa for half a minute in a new environment."""
    import librosa

    rng = np.random.default_rng(1)
    for samples, gain in ((frame, 1), (frame + 7, 1e-4), (RATE, 1), (10 * RATE, 0.1), (RATE, 0)):
        audio = (gain * rng.standard_normal(samples)).astype(np.float32)
        expected = librosa.feature.melspectrogram(
            y=audio, sr=RATE, n_fft=frame, hop_length=hop, n_mels=40, center=False
        )
        power = mel_power(audio, frame=frame, hop=hop)
        np.testing.assert_array_equal(power, expected, strict=True)
        decibels = librosa.power_to_db(expected, amin=1e-10, top_db=None)
        expected = librosa.feature.mfcc(S=decibels, n_mfcc=12).T.astype(np.float32)
        cepstrum = cepstral_coefficients(power, count=12, floor=1e-10)
        np.testing.assert_array_equal(cepstrum, expected, strict=True)
        padded = np.pad(cepstrum, ((4, 4), (0, 0)), mode="edge")
        for order in (1, 2):
            np.testing.assert_array_equal(
                derivative(padded, width=9, order=order),
                librosa.feature.delta(padded, width=9, order=order, axis=0),
                strict=True,
            )
