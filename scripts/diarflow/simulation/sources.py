"""Recordings of single speakers as a source of speech for simulated conversations."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diarflow.audio.decode import read_mono
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

_FRAME = 160  # samples: 10 ms
_MAX_PAUSE, _MIN_SPEECH = 20, 12  # frames: longest pause within speech, and shortest speech
_MARGIN = 320  # samples kept before and after speech
_LEVEL = 0.1  # of the loud parts of every recording
_MIN_PIECE = 2400  # samples: a shorter rest of a piece is not cut off


def find_speech(audio: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last sample of the parts that are clearly louder than the pauses of the recording."""
    frames = len(audio) // _FRAME
    if frames == 0:
        return []
    power = (audio[: frames * _FRAME].reshape(frames, _FRAME).astype(np.float64) ** 2).mean(axis=1)
    level = np.convolve(10 * np.log10(power + 1e-10), np.ones(3) / 3, "same")
    high, low = np.percentile(level, [95, 3])
    loud = level > max(high - 32, min(low + 9, high - 15))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    parts: list[list[int]] = []
    for first, last in edges.reshape(-1, 2):
        if parts and first - parts[-1][1] < _MAX_PAUSE:
            parts[-1][1] = last
        else:
            parts.append([first, last])
    return [
        (max(0, first * _FRAME - _MARGIN), min(len(audio), last * _FRAME + _MARGIN))
        for first, last in parts
        if last - first >= _MIN_SPEECH
    ]


def read_source(path, *, speed: float = 1.0) -> np.ndarray:
    """Read a recording as mono float32 at 16 kHz, and scale its loud parts to a fixed level."""
    audio, rate = read_mono(path)
    if rate * speed != SAMPLE_RATE:
        import soxr

        audio = soxr.resample(audio, rate * speed, SAMPLE_RATE, quality="HQ")
    frames = len(audio) // _FRAME
    if frames == 0:
        return audio
    power = (audio[: frames * _FRAME].reshape(frames, _FRAME) ** 2).mean(axis=1)
    return audio * np.float32(_LEVEL / np.sqrt(np.percentile(power, 95) + 1e-12))


class _Piece(NamedTuple):
    """A part of a recording with speech, in samples, and the pause before it."""

    audio: np.ndarray
    start: int
    end: int
    pause: Seconds


class Voice:
    """An endless supply of one speaker's speech, from recordings in random order.

    Pauses are kept up to 0.7 s. `speed` changes tempo and pitch together, so that the recordings of a speaker give
    different voices.
    """

    def __init__(self, paths: list[Path], random: np.random.Generator, *, speed: float = 1.0):
        self._random = random
        recordings = (read_source(path, speed=speed) for path in paths)
        self._sources = [(audio, parts) for audio in recordings if (parts := find_speech(audio))]
        if not self._sources:
            raise InputError(f"{paths[0].parent}: no speech in the audio files of this speaker")
        self._pieces = self._endless_pieces()
        self._rest: _Piece | None = None

    def _endless_pieces(self) -> Iterator[_Piece]:
        while True:
            for index in self._random.permutation(len(self._sources)):
                audio, parts = self._sources[index]
                previous_end = None
                for start, end in parts:
                    pause = 0.12
                    if previous_end is not None:
                        pause = min((start - previous_end) / SAMPLE_RATE, 0.7)
                    yield _Piece(audio, start, end, pause)
                    previous_end = end

    def read(self, duration: Seconds) -> tuple[np.ndarray, list[tuple[Seconds, Seconds]]]:
        """Return audio of about `duration`, and start and end of the speech in it."""
        parts: list[np.ndarray] = []
        speech: list[tuple[Seconds, Seconds]] = []
        length = 0
        wanted = max(round(duration * SAMPLE_RATE), 2 * _FRAME)
        while length < wanted:
            piece = self._rest or next(self._pieces)
            self._rest = None
            if parts:
                gap = round(piece.pause * SAMPLE_RATE)
                if length + gap + 1600 > wanted:
                    self._rest = piece
                    break
                parts.append(np.zeros(gap, np.float32))
                length += gap
            samples = _fade(self._cut(piece, wanted - length))
            parts.append(samples)
            speech.append((length / SAMPLE_RATE, (length + len(samples)) / SAMPLE_RATE))
            length += len(samples)
        return np.concatenate(parts), speech

    def _cut(self, piece: _Piece, wanted: int) -> np.ndarray:
        """Return about `wanted` samples of a piece, and keep the rest for the next call of `read`."""
        end = piece.end
        if end - piece.start > wanted + _MIN_PIECE:
            end = _quietest(piece.audio, piece.start, piece.start + wanted, piece.end)
            if piece.end - end >= _MIN_PIECE:
                self._rest = _Piece(piece.audio, end, piece.end, 0.0)
        return piece.audio[piece.start : end]


def _fade(audio: np.ndarray) -> np.ndarray:
    """Return a copy of audio (samples,) that is faded in and out."""
    faded = audio.copy()
    length = min(_FRAME, len(faded) // 4)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def _quietest(audio: np.ndarray, start: int, cut: int, end: int) -> int:
    """Return the quietest sample within 0.15 s of `cut`, inside `start` and `end`."""
    low, high = max(start + 1200, cut - 2400), min(end - 400, cut + 2400)
    if high <= low + 320:
        return min(max(cut, start + 1200), end)
    power = np.convolve(audio[low:high] ** 2, np.ones(320, np.float32), "same")
    return low + int(power.argmin())
