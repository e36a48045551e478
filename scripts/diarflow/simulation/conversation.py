"""A simulated conversation: turns as people take them, voices in a room, noise, and who spoke when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve, lfilter

from diarflow.audio import SAMPLE_RATE
from diarflow.intervals import Interval, Seconds, Turn, union
from diarflow.simulation.sources import Voice


@dataclass(frozen=True)
class TurnTaking:
    """How people take turns, as fitted to real meetings (`bench/fit_turns.py`)."""

    passes_on: float  # share of turns after which another speaks
    backchannels_per_second: float
    seconds: Mapping[str, list[float]]  # quantiles, 0 to 100 percent

    def draw(self, what: str, random: np.random.Generator, low: Seconds, high: Seconds) -> Seconds:
        """A length or a gap, clipped."""
        value = np.interp(random.random(), np.linspace(0, 1, 101), self.seconds[what])
        return float(np.clip(value, low, high))


@cache
def turn_taking() -> TurnTaking:
    fitted = json.loads(Path(__file__).with_name("turn_taking.json").read_text())
    fitted.pop("source")
    return TurnTaking(**fitted)


def plan_turns(
    random: np.random.Generator, speakers: int, duration: Seconds, *, overlap: bool = True
) -> list[tuple[Seconds, Seconds, int]]:
    """Start, length and speaker of each turn and back-channel; without `overlap` one after the other."""
    taking = turn_taking()
    planned = []
    speaker, before = int(random.integers(speakers)), None
    end = start = random.uniform(0, 1.5)
    while True:
        if planned and speakers > 1 and random.random() < taking.passes_on:
            others = [other for other in range(speakers) if other != speaker]
            back = before is not None and before != speaker and random.random() < 0.5
            chosen = before if back else int(random.choice(others))
            before, speaker = speaker, chosen
            gap = taking.draw("gap_to_another", random, -2.0 if overlap else 0.05, 3.0)
            start = max(end + gap, start + 0.3)
        elif planned:
            start = end + taking.draw("gap_to_self", random, 0.35, 4.0)
        length = taking.draw("turn", random, 0.25, 15.0)
        if start > duration - 0.3:
            return sorted(planned)
        planned.append((start, length, speaker))
        for _ in range(random.poisson(taking.backchannels_per_second * length) if overlap else 0):
            others = [other for other in range(speakers) if other != speaker]
            if others:
                moment = random.uniform(start, start + length)
                said = taking.draw("backchannel", random, 0.15, 2.0)
                planned.append((moment, said, int(random.choice(others))))
        end = max(end, start + length)


def converse(
    voices: Mapping[str, Voice],
    random: np.random.Generator,
    duration: Seconds,
    *,
    overlap: bool = True,
) -> tuple[np.ndarray, list[Turn]]:
    """Audio, float32 (samples,) at 16 kHz, and its exact turns."""
    names = list(voices)
    samples = round(duration * SAMPLE_RATE)
    tracks = np.zeros((len(names), samples), np.float32)
    loudness = 10 ** (random.normal(0, 3, len(names)) / 20)
    free = [0.0] * len(names)  # when each speaker's own last word ends
    shift = 0.0  # how much later than planned, where a turn grew longer than its plan
    said: dict[str, list[Interval]] = {name: [] for name in names}
    last = 0.0
    for start, length, speaker in plan_turns(random, len(names), duration, overlap=overlap):
        moment = max(start + shift, free[speaker] + 0.1, 0.0 if overlap else last + 0.05)
        if moment >= duration - 0.2:
            continue
        audio, speech = voices[names[speaker]].say(length)
        first = round(moment * SAMPLE_RATE)
        audio = audio[: samples - first] * loudness[speaker] * 10 ** (random.normal(0, 1) / 20)
        tracks[speaker, first : first + len(audio)] += audio.astype(np.float32)
        for begin, end in speech:
            if moment + begin < duration:
                said[names[speaker]].append(
                    Interval(first / SAMPLE_RATE + begin, min(first / SAMPLE_RATE + end, duration))
                )
        free[speaker] = last = moment + speech[-1][1]
    audio = in_a_room(tracks, random)
    turns = [Turn(s, e, name) for name in names for s, e in union(said[name])]
    return audio, sorted(turns)


def simulate(
    speakers: Mapping[str, list[Path]],
    *,
    seed: int,
    number: int,
    duration: Seconds,
    min_speakers: int,
    max_speakers: int,
    overlap: bool,
    vary_speed: bool,
) -> tuple[np.ndarray, list[Turn]]:
    """Conversation `number` of a seed: the same whenever and wherever it is made."""
    random = np.random.default_rng([seed, number])
    count = min(int(random.integers(min_speakers, max_speakers + 1)), len(speakers))
    names = [str(name) for name in random.choice(sorted(speakers), count, replace=False)]
    voices = {}
    for name in names:
        speed = float(random.choice([0.9, 1.0, 1.1])) if vary_speed else 1.0
        voices[name] = Voice(speakers[name], random, speed=speed)
    return converse(voices, random, duration, overlap=overlap)


def in_a_room(tracks: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Speakers' tracks (speakers, samples) mixed: half of the time reverberant, always with noise."""
    samples = tracks.shape[1]
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
    if random.random() < 0.5:  # a microphone of its own colour
        mixed = lfilter([1.0, random.uniform(-0.6, 0.5)], [1.0], mixed)
    if random.random() < 0.15:  # a telephone
        mixed = telephone(mixed)
    mixed = mixed * (10 ** (random.uniform(-14, 3) / 20) * 0.1 / level)
    return np.clip(mixed, -1, 1).astype(np.float32)


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
    from scipy.signal import butter, sosfilt

    return sosfilt(butter(4, [300, 3400], "bandpass", fs=SAMPLE_RATE, output="sos"), audio)
