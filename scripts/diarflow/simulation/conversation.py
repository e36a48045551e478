"""Simulated conversations: turn-taking as in real meetings, voices in a room with noise, and exact turns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.simulation.far_field import record_from_afar
from diarflow.simulation.room import simulate_room
from diarflow.simulation.sources import Voice
from diarflow.timeline.intervals import Interval, Seconds, Turn, merge_overlapping

_INTERJECTIONS_PER_SECOND = 0.15


@dataclass(frozen=True)
class TurnTaking:
    """Statistics of turn-taking, fitted to real meetings (`bench/training/fit_turns.py`).

    `passes_on` is the share of turns after which another speaker takes over. `seconds` has the quantiles, 0 to 100
    percent, of each kind of duration.
    """

    passes_on: float
    backchannels_per_second: float
    seconds: Mapping[str, list[float]]

    def draw(self, kind: str, random: np.random.Generator, low: Seconds, high: Seconds) -> Seconds:
        """Draw a duration of a kind, limited to `low` and `high`."""
        value = np.interp(random.random(), np.linspace(0, 1, 101), self.seconds[kind])
        return float(np.clip(value, low, high))


@cache
def turn_taking() -> TurnTaking:
    """Read the fitted statistics."""
    fitted = json.loads(Path(__file__).with_name("turn_taking.json").read_text())
    fitted.pop("source")
    return TurnTaking(**fitted)


def plan_turns(
    random: np.random.Generator, speakers: int, duration: Seconds, *, overlap: bool = True
) -> list[tuple[Seconds, Seconds, int]]:
    """Return start, duration and speaker of each turn and backchannel, sorted.

    Without `overlap`, there are no backchannels, and a turn starts after the previous one.
    """
    statistics = turn_taking()
    planned: list[tuple[Seconds, Seconds, int]] = []
    speaker = int(random.integers(speakers))
    previous: int | None = None
    end = start = random.uniform(0, 1.5)
    while True:
        if planned and speakers > 1 and random.random() < statistics.passes_on:
            # half of the time, the turn goes back to the previous speaker
            if previous is not None and previous != speaker and random.random() < 0.5:
                following = previous
            else:
                others = [other for other in range(speakers) if other != speaker]
                following = int(random.choice(others))
            previous, speaker = speaker, following
            gap = statistics.draw("gap_to_another", random, -2.0 if overlap else 0.05, 3.0)
            start = max(end + gap, start + 0.3)
        elif planned:
            start = end + statistics.draw("gap_to_self", random, 0.35, 4.0)
        length = statistics.draw("turn", random, 0.25, 15.0)
        if start > duration - 0.3:
            return sorted(planned)
        planned.append((start, length, speaker))
        if overlap:
            planned += _plan_backchannels(random, speakers, start, length, speaker)
        end = max(end, start + length)


def _plan_backchannels(
    random: np.random.Generator, speakers: int, start: Seconds, length: Seconds, speaker: int
) -> list[tuple[Seconds, Seconds, int]]:
    """Return the backchannels of the other speakers during a turn."""
    statistics = turn_taking()
    others = [other for other in range(speakers) if other != speaker]
    planned = []
    for _ in range(random.poisson(statistics.backchannels_per_second * length)):
        if others:
            time = random.uniform(start, start + length)
            duration = statistics.draw("backchannel", random, 0.15, 2.0)
            planned.append((time, duration, int(random.choice(others))))
    return planned


def plan_interjections(
    random: np.random.Generator, speakers: int, duration: Seconds
) -> list[tuple[Seconds, Seconds, int]]:
    """Return start, duration (0.3 to 1 s) and speaker of interjections, which fall anywhere."""
    return [
        (random.uniform(0, duration), random.uniform(0.3, 1.0), int(random.integers(speakers)))
        for _ in range(random.poisson(_INTERJECTIONS_PER_SECOND * duration))
    ]


def mix_conversation(
    voices: Mapping[str, Voice],
    random: np.random.Generator,
    duration: Seconds,
    *,
    overlap: bool = True,
    hard: bool = False,
) -> tuple[np.ndarray, list[Turn]]:
    """Return the audio of a conversation, float32 (samples,) at 16 kHz, and its exact turns.

    A `hard` conversation has interjections, and a distant microphone records it.
    """
    names = list(voices)
    samples = round(duration * SAMPLE_RATE)
    tracks = np.zeros((len(names), samples), np.float32)
    gains = 10 ** (random.normal(0, 3, len(names)) / 20)
    free = [0.0] * len(names)  # end of each speaker's last speech
    speech: dict[str, list[Interval]] = {name: [] for name in names}
    last = 0.0
    turns_to_mix = plan_turns(random, len(names), duration, overlap=overlap)
    if hard:
        turns_to_mix = sorted(turns_to_mix + plan_interjections(random, len(names), duration))
    for planned, length, speaker in turns_to_mix:
        # speech can be longer than planned, which delays what follows
        start = max(planned, free[speaker] + 0.1, 0.0 if overlap else last + 0.05)
        if start >= duration - 0.2:
            continue
        audio, pieces = voices[names[speaker]].read(length)
        first = round(start * SAMPLE_RATE)
        audio = audio[: samples - first] * gains[speaker] * 10 ** (random.normal(0, 1) / 20)
        tracks[speaker, first : first + len(audio)] += audio.astype(np.float32)
        for begin, end in pieces:
            if start + begin < duration:
                offset = first / SAMPLE_RATE
                speech[names[speaker]].append(Interval(offset + begin, min(offset + end, duration)))
        free[speaker] = last = start + pieces[-1][1]
    audio = record_from_afar(tracks, random) if hard else simulate_room(tracks, random)
    turns = [Turn(s, e, name) for name in names for s, e in merge_overlapping(speech[name])]
    return audio, sorted(turns)


def simulate_conversation(
    speakers: Mapping[str, list[Path]],
    *,
    seed: int,
    number: int,
    duration: Seconds,
    min_speakers: int,
    max_speakers: int,
    overlap: bool,
    vary_speed: bool,
    hard: bool,
) -> tuple[np.ndarray, list[Turn]]:
    """Return audio and turns of conversation `number`, which depends on the arguments only."""
    random = np.random.default_rng([seed, number])
    count = min(int(random.integers(min_speakers, max_speakers + 1)), len(speakers))
    names = [str(name) for name in random.choice(sorted(speakers), count, replace=False)]
    voices = {}
    for name in names:
        speed = round(random.uniform(0.85, 1.15), 2) if vary_speed else 1.0
        voices[name] = Voice(speakers[name], random, speed=speed)
    return mix_conversation(voices, random, duration, overlap=overlap, hard=hard)
