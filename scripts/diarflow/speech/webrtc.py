"""The voice activity detector of the WebRTC project: two Gaussians in each of six sub-bands.

Google's detector through `webrtcvad`. It keeps a state from frame to frame, so each recording gets a
detector of its own, fed in order.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import webrtcvad

from diarflow.audio.prepared import SAMPLE_RATE, blocks, duration
from diarflow.speech.regions import runs, smooth
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *,
    aggressiveness: int,
    frame_ms: int,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
) -> Callable[[Any], list[Interval]]:
    def detect(files) -> list[Interval]:
        found = runs(decisions(files.audio, aggressiveness, frame_ms), frame=frame_ms / 1000)
        extent = Interval(0.0, duration(files.audio))
        return smooth(
            found, min_speech=min_speech, min_silence=min_silence, padding=padding, extent=extent
        )

    return detect


def decisions(path, aggressiveness: int, frame_ms: int) -> Iterator[bool]:
    """One decision a frame, the last one too: a partial frame is filled up with zeros."""
    detector = webrtcvad.Vad(aggressiveness)
    samples = SAMPLE_RATE * frame_ms // 1000
    for block in blocks(path, samples * 1000):
        block = np.pad(block, (0, -len(block) % samples))
        for frame in block.reshape(-1, samples):
            yield detector.is_speech(frame.tobytes(), SAMPLE_RATE)
