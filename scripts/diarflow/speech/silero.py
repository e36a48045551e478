"""The Silero voice activity detector: how likely every 32 ms hold speech, heard in order.

The weights are those of the package silero-vad, as ONNX (see the card in resources/models). The state goes
from block to block, so that memory does not grow with the length of a recording.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, blocks, duration
from diarflow.networks.onnx import session
from diarflow.speech.regions import runs, smooth
from diarflow.timeline.intervals import Interval, Seconds

FRAME, _CONTEXT = 512, 64  # samples: those of a frame, and those before it that are heard with it
_BLOCK = 512  # frames: 16 s


def load(
    *,
    onset: float,
    offset: float,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
) -> Callable[[Any], list[Interval]]:
    network = session("silero.onnx")

    def detect(files) -> list[Interval]:
        scores = probabilities(network, files.audio)
        found = runs(hysteresis(scores, onset=onset, offset=offset), frame=FRAME / SAMPLE_RATE)
        extent = Interval(0.0, duration(files.audio))
        return smooth(
            found, min_speech=min_speech, min_silence=min_silence, padding=padding, extent=extent
        )

    return detect


def probabilities(network, path) -> np.ndarray:
    """How likely each frame is speech, (frames,); the last frame is filled up with zeros."""
    before = np.zeros(_CONTEXT, np.float32)
    state = {"h": np.zeros((1, 1, 128), np.float32), "c": np.zeros((1, 1, 128), np.float32)}
    found = []
    for block in blocks(path, FRAME * _BLOCK):
        audio = np.pad(block, (0, -len(block) % FRAME)).astype(np.float32) / 32768
        frames = audio.reshape(-1, FRAME)
        contexts = np.concatenate([before[None], frames[:-1, -_CONTEXT:]])
        heard = np.concatenate([contexts, frames], axis=1)
        scores, state["h"], state["c"] = network.run(None, {"input": heard, **state})
        before = frames[-1, -_CONTEXT:]
        found.append(scores)
    return np.concatenate(found) if found else np.zeros(0)


def hysteresis(scores: np.ndarray, *, onset: float, offset: float) -> np.ndarray:
    """True from a score above `onset` until one that is not above `offset`.

    >>> hysteresis(np.array([0.4, 0.6, 0.4, 0.2, 0.4]), onset=0.5, offset=0.3).tolist()
    [False, True, True, False, False]
    """
    active, found = False, np.zeros(len(scores), bool)
    for place, score in enumerate(scores):
        active = score > (min(onset, offset) if active else onset)
        found[place] = active
    return found
