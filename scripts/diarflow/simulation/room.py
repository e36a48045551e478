"""Where a simulated conversation is held: how voices sound there, and what else is heard."""

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.timeline.intervals import Seconds

_DRIFT, _KNOT = 2.0, 1.5  # dB by which a speaker's level wanders, and seconds from one to the next
_MOST_KNOCKS = 0.15  # a second


def in_a_room(tracks: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Speakers' tracks (speakers, samples) mixed: half of the time reverberant, always with noise."""
    samples = tracks.shape[1]
    tracks = [track * wandering(samples, random) for track in tracks]
    if random.random() < 0.5:
        decay = random.uniform(0.15, 0.6)
        tracks = [
            fftconvolve(track, room_response(random, decay, random.uniform(0, 12)))[:samples]
            for track in tracks
        ]
    mixed = np.sum(tracks, axis=0)
    heard = mixed[np.abs(mixed) > 1e-4]
    level = float(np.sqrt((heard**2).mean())) if len(heard) else 0.1
    noise = lfilter([1.0], [1.0, -random.uniform(0.5, 0.98)], random.normal(0, 1, samples + 2000))
    noise = noise[2000:] / noise[2000:].std()
    mixed = mixed + noise * level * 10 ** (-random.uniform(10, 38) / 20)
    mixed = mixed + level * knocks(samples, random, random.uniform(0, _MOST_KNOCKS))
    if random.random() < 0.5:  # a microphone of its own colour
        mixed = lfilter([1.0, random.uniform(-0.6, 0.5)], [1.0], mixed)
    if random.random() < 0.15:
        mixed = telephone(mixed)
    mixed = mixed * (10 ** (random.uniform(-14, 3) / 20) * 0.1 / level)
    return np.clip(mixed, -1, 1).astype(np.float32)


def wandering(samples: int, random: np.random.Generator) -> np.ndarray:
    """How loud a speaker is heard who turns and leans about: factors (samples,) around 1."""
    knots = random.normal(0, _DRIFT, int(samples / SAMPLE_RATE / _KNOT) + 2)
    places = np.arange(len(knots)) * _KNOT * SAMPLE_RATE
    return 10 ** (np.interp(np.arange(samples), places, knots) / 20)


def knocks(samples: int, random: np.random.Generator, per_second: float) -> np.ndarray:
    """Knocks and rustles, (samples,): bursts of coloured noise of 20 to 300 ms, relative to speech."""
    heard = np.zeros(samples)
    for _ in range(random.poisson(per_second * samples / SAMPLE_RATE)):
        length = round(random.uniform(0.02, 0.3) * SAMPLE_RATE)
        burst = lfilter([1.0], [1.0, -random.uniform(-0.5, 0.95)], random.normal(0, 1, length))
        burst *= np.exp(-np.linspace(0, random.uniform(2, 7), length))
        burst *= 10 ** (random.uniform(-20, 3) / 20) / np.sqrt((burst**2).mean() + 1e-12)
        first = int(random.integers(samples))
        heard[first : first + length] += burst[: samples - first]
    return heard


def room_response(random: np.random.Generator, decay: Seconds, direct: float) -> np.ndarray:
    """Direct sound and an exponential tail that falls by 60 dB in `decay`, `direct` dB below it."""
    count = round(min(decay, 0.7) * SAMPLE_RATE)
    tail = random.normal(0, 1, count) * np.exp(-6.9 * np.arange(count) / (decay * SAMPLE_RATE))
    tail[:40] = 0
    tail *= 10 ** (-direct / 20) / np.sqrt((tail**2).sum() + 1e-9)
    tail[0] = 1.0
    return tail


def telephone(audio: np.ndarray) -> np.ndarray:
    """What 300 to 3400 Hz let through."""
    return sosfilt(butter(4, [300, 3400], "bandpass", fs=SAMPLE_RATE, output="sos"), audio)
