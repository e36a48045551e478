"""Silero voice activity detector: the probability of speech in every frame of 32 ms.

The weights are those of the package silero-vad in ONNX format (see resources/models/README.md). The network carries
a state from frame to frame, so the audio is processed in order, and memory does not grow with its length.
"""

from collections.abc import Callable

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, duration, read_blocks
from diarflow.networks.onnx import session
from diarflow.speech.smoothing import smooth
from diarflow.timeline.frames import contiguous_frames, frames_to_intervals, hysteresis
from diarflow.timeline.intervals import Interval, Seconds

FRAME = 512  # samples
_CONTEXT = 64  # samples before a frame that the network receives with it
_BLOCK = 512  # frames: 16 s


def load(
    *,
    onset: float,
    offset: float,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
) -> Callable[..., list[Interval]]:
    network = session("silero.onnx")

    def detect(*, audio, **_) -> list[Interval]:
        speech = hysteresis(speech_probabilities(network, audio), onset=onset, offset=offset)
        frames = contiguous_frames(len(speech), FRAME / SAMPLE_RATE)
        return smooth(
            frames_to_intervals(speech, frames),
            min_speech=min_speech,
            min_silence=min_silence,
            padding=padding,
            extent=Interval(0.0, duration(audio)),
        )

    return detect


def speech_probabilities(network, audio) -> np.ndarray:
    """Return the probability of speech (frames,); the last frame is padded with zeros."""
    context: np.ndarray = np.zeros(_CONTEXT, np.float32)
    state = {"h": np.zeros((1, 1, 128), np.float32), "c": np.zeros((1, 1, 128), np.float32)}
    probabilities = []
    for block in read_blocks(audio, FRAME * _BLOCK):
        samples = np.pad(block, (0, -len(block) % FRAME)).astype(np.float32) / 32768
        frames = samples.reshape(-1, FRAME)
        contexts = np.concatenate([context[None], frames[:-1, -_CONTEXT:]])
        inputs = {"input": np.concatenate([contexts, frames], axis=1), **state}
        scores, state["h"], state["c"] = network.run(None, inputs)
        context = frames[-1, -_CONTEXT:]
        probabilities.append(scores)
    return np.concatenate(probabilities) if probabilities else np.zeros(0)
