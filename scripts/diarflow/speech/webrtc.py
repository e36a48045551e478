"""Voice activity detector of the WebRTC project: two Gaussians in each of six sub-bands.

The detector of the package `webrtcvad` carries a state from frame to frame, so each recording gets a new detector.
"""

from collections.abc import Callable, Iterator

import numpy as np
import webrtcvad

from diarflow.audio.prepared import SAMPLE_RATE, duration, read_blocks
from diarflow.speech.smoothing import smooth
from diarflow.timeline.frames import contiguous_frames, frames_to_intervals
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *,
    aggressiveness: int,
    frame_ms: int,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
) -> Callable[..., list[Interval]]:
    def detect(*, audio, **_) -> list[Interval]:
        speech = np.fromiter(frame_decisions(audio, aggressiveness, frame_ms), bool)
        frames = contiguous_frames(len(speech), frame_ms / 1000)
        return smooth(
            frames_to_intervals(speech, frames),
            min_speech=min_speech,
            min_silence=min_silence,
            padding=padding,
            extent=Interval(0.0, duration(audio)),
        )

    return detect


def frame_decisions(audio, aggressiveness: int, frame_ms: int) -> Iterator[bool]:
    """Yield one decision per frame; the last frame is padded with zeros."""
    detector = webrtcvad.Vad(aggressiveness)
    samples = SAMPLE_RATE * frame_ms // 1000
    for block in read_blocks(audio, samples * 1000):
        block = np.pad(block, (0, -len(block) % samples))
        for frame in block.reshape(-1, samples):
            yield detector.is_speech(frame.tobytes(), SAMPLE_RATE)
