"""Recordings of single speakers, as the speech of simulated conversations."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

_FRAME = 160  # samples: 10 ms
_JOIN, _LEAST = 20, 12  # frames: pauses that do not interrupt a run, and the shortest run
_EDGE = 320  # samples kept before and after a run
_LEVEL = 0.1  # of the loud parts of every source


def speech_runs(audio: np.ndarray) -> list[tuple[int, int]]:
    """Stretches (samples) that are clearly louder than the recording's pauses."""
    frames = len(audio) // _FRAME
    if frames == 0:
        return []
    power = (audio[: frames * _FRAME].reshape(frames, _FRAME).astype(np.float64) ** 2).mean(axis=1)
    level = np.convolve(10 * np.log10(power + 1e-10), np.ones(3) / 3, "same")
    high, low = np.percentile(level, [95, 3])
    loud = level > max(high - 32, min(low + 9, high - 15))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    runs: list[list[int]] = []
    for first, last in edges.reshape(-1, 2):
        if runs and first - runs[-1][1] < _JOIN:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    return [
        (max(0, first * _FRAME - _EDGE), min(len(audio), last * _FRAME + _EDGE))
        for first, last in runs
        if last - first >= _LEAST
    ]


def read_source(path, *, speed: float = 1.0) -> np.ndarray:
    """A recording as mono float32 at 16 kHz, its loud parts at a set level."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    audio = audio.mean(axis=1)
    if rate * speed != SAMPLE_RATE:
        import soxr

        audio = soxr.resample(audio, rate * speed, SAMPLE_RATE, quality="HQ")
    frames = len(audio) // _FRAME
    if frames == 0:
        return audio
    power = (audio[: frames * _FRAME].reshape(frames, _FRAME) ** 2).mean(axis=1)
    return audio * np.float32(_LEVEL / np.sqrt(np.percentile(power, 95) + 1e-12))


class Voice:
    """An endless supply of one speaker's speech, in random order, pauses as they were up to 0.7 s.

    `speed` plays it faster or slower, pitch and all: another voice out of the same recordings.
    """

    def __init__(self, paths: list[Path], random: np.random.Generator, *, speed: float = 1.0):
        self._random = random
        audios = (read_source(path, speed=speed) for path in paths)
        self._sources = [(audio, runs) for audio in audios if (runs := speech_runs(audio))]
        if not self._sources:
            raise InputError(f"{paths[0].parent}: holds no speech")
        self._pieces = self._endless()
        self._left: tuple[np.ndarray, int, int, Seconds] | None = None

    def _endless(self) -> Iterator[tuple[np.ndarray, int, int, Seconds]]:
        while True:
            for place in self._random.permutation(len(self._sources)):
                audio, runs = self._sources[place]
                before = None
                for start, end in runs:
                    pause = 0.12 if before is None else min((start - before) / SAMPLE_RATE, 0.7)
                    yield audio, start, end, pause
                    before = end

    def say(self, duration: Seconds) -> tuple[np.ndarray, list[tuple[Seconds, Seconds]]]:
        """About `duration` of audio, and the stretches of it that are speech."""
        parts: list[np.ndarray] = []
        speech: list[tuple[Seconds, Seconds]] = []
        now = 0
        wanted = max(round(duration * SAMPLE_RATE), 2 * _FRAME)
        while now < wanted:
            audio, start, end, pause = self._left or next(self._pieces)
            self._left = None
            if parts:
                gap = round(pause * SAMPLE_RATE)
                if now + gap + 1600 > wanted:
                    self._left = (audio, start, end, pause)
                    break
                parts.append(np.zeros(gap, np.float32))
                now += gap
            if end - start > wanted - now + 2400:
                cut = _quietest(audio, start, start + wanted - now, end)
                if end - cut >= 2400:
                    self._left = (audio, cut, end, 0.0)
                end = cut
            piece = audio[start:end].copy()
            fade = min(_FRAME, len(piece) // 4)
            ramp = np.linspace(0, 1, fade, dtype=np.float32)
            piece[:fade] *= ramp
            piece[len(piece) - fade :] *= ramp[::-1]
            parts.append(piece)
            speech.append((now / SAMPLE_RATE, (now + len(piece)) / SAMPLE_RATE))
            now += len(piece)
        return np.concatenate(parts), speech


def _quietest(audio: np.ndarray, start: int, cut: int, end: int) -> int:
    """The quietest moment within 0.15 s of a cut."""
    low, high = max(start + 1200, cut - 2400), min(end - 400, cut + 2400)
    if high <= low + 320:
        return min(max(cut, start + 1200), end)
    power = np.convolve(audio[low:high] ** 2, np.ones(320, np.float32), "same")
    return low + int(power.argmin())
