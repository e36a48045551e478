"""Synthetic dialogues with exact turns, by source-filter synthesis: for tests.

The source of each speaker is a glottal pulse train with an individual pitch. The filter has the resonances of an
individual vocal tract, which articulates random vowels. The result is not speech, but it is voiced, and the speakers
differ as voices do.
"""

import numpy as np
import soundfile
from scipy.signal import lfilter

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.timeline.intervals import Seconds, Turn

# first three formants in Hz of five vowels (Peterson and Barney 1952, men)
_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
)
_BANDWIDTHS = (80, 100, 140)
# pitch in Hz, scale of the formants, tilt of the source
_VOICES = (
    (95.0, 1.0, 0.98), (210.0, 1.2, 0.94), (135.0, 0.85, 0.9),
    (280.0, 1.4, 0.97), (115.0, 1.12, 0.85), (170.0, 0.95, 0.99),
)  # fmt: skip


def synthesize_dialogue(
    path,
    *,
    seed: int,
    speakers: int,
    turns: int,
    mean_turn: Seconds = 2.5,
    pause: Seconds = 1.2,
) -> list[Turn]:
    """Write a recording with the given numbers of speakers and turns, and return its turns.

    Successive turns are of different speakers, unless there is only one. Every speaker has a turn if there are
    enough of them.
    """
    random = np.random.default_rng(seed)
    voices = [_VOICES[index % len(_VOICES)] for index in range(speakers)]
    pieces, reference, time = [_silence(random, 0.5)], [], 0.5
    last = -1
    for number in range(turns):
        others = [index for index in range(speakers) if index != last or speakers == 1]
        last = number if number < speakers else int(random.choice(others))
        duration = round(float(random.uniform(0.6, 1.4)) * mean_turn, 3)
        pieces.append(_synthesize_voice(random, *voices[last], duration))
        end = round(time + duration, 3)
        reference.append(Turn(round(time, 3), end, f"speaker{last + 1}"))
        gap = round(float(random.uniform(0.5, 1.5)) * pause, 3)
        pieces.append(_silence(random, gap))
        time = time + duration + gap
    audio = np.concatenate(pieces)
    soundfile.write(path, audio.astype(np.float32), SAMPLE_RATE, "PCM_16", format="WAV")
    return reference


def _silence(random: np.random.Generator, duration: Seconds) -> np.ndarray:
    return random.normal(0, 0.0005, round(duration * SAMPLE_RATE))


def _synthesize_voice(
    random: np.random.Generator, pitch: float, tract: float, tilt: float, duration: Seconds
) -> np.ndarray:
    """Return syllables of 0.07 to 0.13 s over the whole duration, at a level of about -20 dBFS."""
    samples = round(duration * SAMPLE_RATE)
    syllables: list[np.ndarray] = []
    while sum(map(len, syllables)) < samples:
        count = round(random.uniform(0.07, 0.13) * SAMPLE_RATE)
        contour = pitch * np.linspace(random.uniform(0.95, 1.15), random.uniform(0.85, 1.05), count)
        phase = np.cumsum(contour / SAMPLE_RATE)
        pulses = np.diff(np.floor(phase), prepend=0.0) + random.normal(0, 0.01, count)
        syllable = lfilter([1.0], [1.0, -tilt], pulses)
        for formant, width in zip(random.permutation(_VOWELS)[0], _BANDWIDTHS, strict=True):
            radius = np.exp(-np.pi * width / SAMPLE_RATE)
            angle = 2 * np.pi * formant * tract / SAMPLE_RATE
            syllable = lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], syllable)
        syllable = syllable * np.hanning(count) ** 0.3
        syllables.append(syllable / max(np.abs(syllable).max(), 1e-9) * random.uniform(0.2, 0.35))
    return np.concatenate(syllables)[:samples] + random.normal(0, 0.0005, samples)
