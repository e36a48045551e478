"""A simulated conversation: turns as people take them, voices in a room, noise, and who spoke when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.simulation.room import in_a_room
from diarflow.simulation.sources import Voice
from diarflow.timeline.intervals import Interval, Seconds, Turn, union


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
        speed = round(random.uniform(0.85, 1.15), 2) if vary_speed else 1.0
        voices[name] = Voice(speakers[name], random, speed=speed)
    return converse(voices, random, duration, overlap=overlap)
