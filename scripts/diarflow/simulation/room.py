"""Acoustics of a simulated conversation: levels, reverberation, noise, and the microphone."""

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.timeline.intervals import Seconds

# Standard deviation in dB of a speaker's level, and seconds between two independent values.
_DRIFT, _DRIFT_STEP = 2.0, 1.5
_MAX_IMPULSES = 0.15  # per second


def simulate_room(tracks: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mix the speakers' tracks (speakers, samples) as a microphone records them, float32 (samples,).

    Half of the conversations are reverberant, and all have noise.
    """
    samples = tracks.shape[1]
    voices = [track * level_drift(samples, random) for track in tracks]
    if random.random() < 0.5:
        decay = random.uniform(0.15, 0.6)
        voices = [
            fftconvolve(voice, room_response(random, decay, random.uniform(0, 12)))[:samples]
            for voice in voices
        ]
    mixed = np.sum(voices, axis=0)
    audible = mixed[np.abs(mixed) > 1e-4]
    level = float(np.sqrt((audible**2).mean())) if len(audible) else 0.1
    noise = lfilter([1.0], [1.0, -random.uniform(0.5, 0.98)], random.normal(0, 1, samples + 2000))
    noise = noise[2000:] / noise[2000:].std()
    mixed = mixed + noise * level * 10 ** (-random.uniform(10, 38) / 20)
    mixed = mixed + level * impulse_noise(samples, random, random.uniform(0, _MAX_IMPULSES))
    if random.random() < 0.5:  # frequency response of a microphone
        mixed = lfilter([1.0, random.uniform(-0.6, 0.5)], [1.0], mixed)
    if random.random() < 0.15:
        mixed = limit_to_telephone_band(mixed)
    mixed = mixed * (10 ** (random.uniform(-14, 3) / 20) * 0.1 / level)
    return np.clip(mixed, -1, 1).astype(np.float32)


def level_drift(samples: int, random: np.random.Generator) -> np.ndarray:
    """Return the gain (samples,), around 1, of a speaker who moves relative to the microphone."""
    knots = random.normal(0, _DRIFT, int(samples / SAMPLE_RATE / _DRIFT_STEP) + 2)
    positions = np.arange(len(knots)) * _DRIFT_STEP * SAMPLE_RATE
    return 10 ** (np.interp(np.arange(samples), positions, knots) / 20)


def impulse_noise(samples: int, random: np.random.Generator, per_second: float) -> np.ndarray:
    """Return knocks and rustles (samples,): bursts of coloured noise of 20 to 300 ms, relative to speech."""
    noise = np.zeros(samples)
    for _ in range(random.poisson(per_second * samples / SAMPLE_RATE)):
        length = round(random.uniform(0.02, 0.3) * SAMPLE_RATE)
        burst = lfilter([1.0], [1.0, -random.uniform(-0.5, 0.95)], random.normal(0, 1, length))
        burst *= np.exp(-np.linspace(0, random.uniform(2, 7), length))
        burst *= 10 ** (random.uniform(-20, 3) / 20) / np.sqrt((burst**2).mean() + 1e-12)
        first = int(random.integers(samples))
        noise[first : first + length] += burst[: samples - first]
    return noise


def room_response(random: np.random.Generator, decay: Seconds, direct: float) -> np.ndarray:
    """Return an impulse response: direct sound, and a tail that falls by 60 dB in `decay`.

    The energy of the tail is `direct` dB below that of the direct sound.
    """
    count = round(min(decay, 0.7) * SAMPLE_RATE)
    tail = random.normal(0, 1, count) * np.exp(-6.9 * np.arange(count) / (decay * SAMPLE_RATE))
    tail[:40] = 0
    tail *= 10 ** (-direct / 20) / np.sqrt((tail**2).sum() + 1e-9)
    tail[0] = 1.0
    return tail


def limit_to_telephone_band(audio: np.ndarray) -> np.ndarray:
    """Filter audio (samples,) to 300 to 3400 Hz."""
    return sosfilt(butter(4, [300, 3400], "bandpass", fs=SAMPLE_RATE, output="sos"), audio)
