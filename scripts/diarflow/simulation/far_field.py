"""Acoustics of hard simulated conversations: a distant microphone in a room, music, noise, and the telephone band.

The room is a box whose walls reflect sound. Each reflection is the sound of a mirror image of the speaker (Allen and
Berkley, "Image method for efficiently simulating small-room acoustics", 1979).
"""

import numpy as np
from scipy.signal import fftconvolve, lfilter

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.simulation.room import impulse_noise, level_drift, limit_to_telephone_band
from diarflow.timeline.intervals import Seconds

_SPEED_OF_SOUND = 343.0  # metres per second
_WALL_DISTANCE = 0.5  # metres, minimum from speakers and microphone to walls
_SMALLEST, _LARGEST = np.array([3.5, 3.0, 2.5]), np.array([9.0, 7.0, 3.5])  # rooms in metres
_MAX_RESPONSE: Seconds = 0.4
_IMPULSES = 0.15  # per second


def record_from_afar(tracks: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mix the speakers' tracks (speakers, samples) as a distant microphone records them, float32 (samples,).

    Half of the conversations have music, and a quarter is limited to the telephone band.
    """
    samples = tracks.shape[1]
    room = random.uniform(_SMALLEST, _LARGEST)
    decay = random.uniform(0.25, 0.7)
    microphone = _place(room, random)
    mixed = np.zeros(samples)
    for track in tracks:
        response = box_response(room, _place(room, random), microphone, decay, random)
        mixed += fftconvolve(track * level_drift(samples, random), response)[:samples]
    audible = mixed[np.abs(mixed) > 1e-4]
    level = float(np.sqrt((audible**2).mean())) if len(audible) else 0.1
    noise = lfilter([1.0], [1.0, -random.uniform(0.5, 0.98)], random.normal(0, 1, samples + 2000))
    mixed += level * noise[2000:] / noise[2000:].std() * 10 ** (-random.uniform(10, 30) / 20)
    mixed += level * impulse_noise(samples, random, _IMPULSES)
    if random.random() < 0.5:
        mixed += level * music(samples, random) * 10 ** (-random.uniform(8, 20) / 20)
    if random.random() < 0.25:
        mixed = limit_to_telephone_band(mixed)
    mixed *= 10 ** (random.uniform(-14, 3) / 20) * 0.1 / level
    return np.clip(mixed, -1, 1).astype(np.float32)


def _place(room: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.uniform(_WALL_DISTANCE, room - _WALL_DISTANCE)


def box_response(
    room: np.ndarray,
    speaker: np.ndarray,
    microphone: np.ndarray,
    decay: Seconds,
    random: np.random.Generator,
) -> np.ndarray:
    """Return the impulse response from a speaker to a microphone in a box-shaped room, with energy 1.

    `room` contains the lengths of the sides, `speaker` and `microphone` the positions, all in metres. The walls absorb
    as much as gives the reverberation time `decay` (RT60), by Sabine's formula. Reflections have random signs, so that
    those that arrive at the same time add up in power.
    """
    duration = min(decay, _MAX_RESPONSE)
    surface = 2 * (room[0] * room[1] + room[0] * room[2] + room[1] * room[2])
    absorption = min(0.95, 24 * np.log(10) / _SPEED_OF_SOUND * room.prod() / (surface * decay))
    images, reflections = _images(room, speaker, duration * _SPEED_OF_SOUND)
    distances = np.linalg.norm(images - microphone, axis=1)
    delays = np.round((distances - distances.min()) / _SPEED_OF_SOUND * SAMPLE_RATE).astype(int)
    kept = delays < round(duration * SAMPLE_RATE)
    response = np.zeros(round(duration * SAMPLE_RATE))
    signs = np.where(reflections > 0, random.choice([-1.0, 1.0], len(reflections)), 1.0)
    amplitudes = signs * np.sqrt(1 - absorption) ** reflections / distances
    np.add.at(response, delays[kept], amplitudes[kept])
    return response / np.sqrt((response**2).sum())


def _images(room: np.ndarray, speaker: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the images of a speaker within about `reach` metres (n, 3), and the reflections of each (n,)."""
    axes = []
    for side, position in zip(room, speaker, strict=True):
        count = int(np.ceil(reach / (2 * side)))
        shifts = np.arange(-count, count + 1)
        coordinates = np.concatenate([2 * shifts * side + position, 2 * shifts * side - position])
        axes.append((coordinates, np.concatenate([np.abs(2 * shifts), np.abs(2 * shifts - 1)])))
    images = np.stack(np.meshgrid(*(axis[0] for axis in axes), indexing="ij"), axis=-1)
    reflections = np.meshgrid(*(axis[1] for axis in axes), indexing="ij")
    return images.reshape(-1, 3), np.sum(reflections, axis=0).ravel()


def music(samples: int, random: np.random.Generator) -> np.ndarray:
    """Return a stretch of chords (samples,) with a mean power of 1; the rest is silence."""
    result = np.zeros(samples)
    first = int(random.uniform(0, 0.5) * samples)
    last = first + int(random.uniform(0.2, 0.5) * samples)
    beat = round(random.uniform(0.3, 0.8) * SAMPLE_RATE)
    times = np.arange(4 * beat) / SAMPLE_RATE
    key = 110 * 2 ** (random.integers(0, 12) / 12)
    for start in range(first, last, beat):
        root = key * 2 ** (int(random.choice([0, 5, 7, 9])) / 12)
        chord = np.zeros(len(times))
        for interval in (0, 4, 7, 12):
            for harmonic in (1, 2, 3, 4):
                frequency = root * 2 ** (interval / 12) * harmonic
                chord += np.sin(2 * np.pi * frequency * times) / harmonic**1.5
        chord *= np.minimum(times / 0.01, 1) * np.exp(-times / random.uniform(0.2, 0.8))
        count = min(len(chord), samples - start)
        result[start : start + count] += chord[:count]
    power = (result[first:last] ** 2).mean() if last > first else 0.0
    return result / np.sqrt(power) if power > 0 else result
