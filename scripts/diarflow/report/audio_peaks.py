"""Waveform of a recording's page: the peaks of the prepared audio."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, duration, read_blocks

_PER_SECOND = 25
_MAX_PEAKS = 100_000  # of all channels: about 130 kB of text
_PEAKS_PER_BLOCK = 2500


def audio_peaks(paths: Sequence) -> dict[str, Any]:
    """Return the peaks of the prepared audio of each channel.

    `step` is the number of seconds of a peak. `channels` are base64 texts with one byte for each peak: 0 is silence, 255
    is full scale. Bytes are proportional to the square root of the amplitude, which keeps quiet speech visible.
    Long recordings have longer steps, so that the number of peaks is bounded.
    """
    seconds = sum(map(duration, paths))
    step = max(1 / _PER_SECOND, seconds / _MAX_PEAKS)
    samples = max(1, round(step * SAMPLE_RATE))
    return {
        "step": samples / SAMPLE_RATE,
        "channels": [b64encode(_peaks(path, samples).tobytes()).decode() for path in paths],
    }


def _peaks(path, samples: int) -> np.ndarray:
    """Return the highest amplitude of each `samples` samples as bytes (peaks,)."""
    parts = [np.empty(0, np.uint8)]
    for block in read_blocks(path, samples * _PEAKS_PER_BLOCK):
        # int16 has no 32768, the amplitude of the lowest sample
        padded = np.zeros(-(-len(block) // samples) * samples, np.int32)
        padded[: len(block)] = block
        highest = np.abs(padded).reshape(-1, samples).max(axis=1)
        parts.append(np.sqrt(highest / 32768 * 255**2).round().astype(np.uint8))
    return np.concatenate(parts)
