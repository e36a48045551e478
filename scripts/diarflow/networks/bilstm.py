"""The Bi-LSTM of Yin et al. 2017: how likely the speaker changes at each frame.

Windows of 3.2 s, more or less overlapping, whose scores are averaged. Of an hour of audio 22 MB of
features are held at once.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from diarflow.audio import SAMPLE_RATE, Clip
from diarflow.features import frame_count, frame_time, with_deltas
from diarflow.inference import model_path, session
from diarflow.intervals import Seconds

HOP = 372  # samples: 137 frames are 3.2 s
_PIECE = 20_000  # frames whose features are computed at once
_BATCH = 64
_LEAST_DEVIATION = 1e-3


def load(
    *, model: str, activation: str, window: Seconds, step: Seconds, normalisation: str
) -> Callable[[str], tuple[np.ndarray, np.ndarray]]:
    network = _network(model_path(model), activation)
    frames = frame_count(round(window * SAMPLE_RATE), hop=HOP)
    stride = max(1, round(step * SAMPLE_RATE / HOP))

    def activate(path) -> tuple[np.ndarray, np.ndarray]:
        """Scores (frames, 1) between 0 and 1, and the times (frames,) of the frames' centres."""
        with Clip(path) as clip:
            features = normalised(read_features(clip), normalisation)
        scores = averaged(features, lambda x: network.run(None, {"features": x})[0], frames, stride)
        return scores[:, None].astype(np.float32), frame_time(np.arange(len(scores)), hop=HOP)

    return activate


def _network(path: Path, activation: str):
    if path.suffix == ".onnx":
        return session(path)
    from diarflow.networks.graph import build_graph
    from diarflow.networks.weights import read_weights

    return session(build_graph(read_weights(path), activation=activation).SerializeToString())


def read_features(clip: Clip) -> np.ndarray:
    """The 35 features of every frame, float32 (frames, 35)."""
    frames = frame_count(clip.samples, hop=HOP)
    pieces = [
        with_deltas(clip, first, min(first + _PIECE, frames), hop=HOP)
        for first in range(0, frames, _PIECE)
    ]
    return np.concatenate(pieces) if pieces else np.zeros((0, 35), np.float32)


def normalised(features: np.ndarray, how: str) -> np.ndarray:
    """Features (frames, 35) of mean 0 and deviation 1 over the recording, or with "none" as they are.

    A feature that never changes becomes 0, not infinite.
    """
    if how == "none" or not len(features):
        return features
    mean = features.mean(axis=0, dtype=np.float64)
    deviation = features.std(axis=0, dtype=np.float64)
    return ((features - mean) / np.maximum(deviation, _LEAST_DEVIATION)).astype(np.float32)


def averaged(features: np.ndarray, score: Callable, frames: int, stride: int) -> np.ndarray:
    """Scores (n,) of features (n, 35): windows of `frames` every `stride`, averaged where they overlap.

    The last window ends with the recording; a recording shorter than a window is filled up with zeros,
    which are the mean. `score` maps (windows, frames, 35) to (windows, frames, 1).
    """
    count = len(features)
    if count == 0:
        return np.zeros(0)
    if count < frames:
        features = np.pad(features, ((0, frames - count), (0, 0)))
    stride = min(stride, frames)  # a longer one would leave frames out
    last = len(features) - frames
    starts = [*range(0, last, stride), last]
    total, seen = np.zeros(len(features)), np.zeros(len(features))
    for first in range(0, len(starts), _BATCH):
        batch = starts[first : first + _BATCH]
        found = score(np.stack([features[start : start + frames] for start in batch]))
        for start, one in zip(batch, found[..., 0], strict=True):
            total[start : start + frames] += one
            seen[start : start + frames] += 1
    return (total / seen)[:count]
