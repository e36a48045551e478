"""The Bi-LSTM of Yin et al. 2017: how likely the speaker changes at each frame.

Windows of 3.2 s, more or less overlapping, whose scores are averaged. The features of a recording wait in
a temporary file (22 MB an hour), so that memory does not grow with its length.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from diarflow.artifacts.arrays import on_disk
from diarflow.audio.features import FEATURES, frame_count, frame_time
from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.networks.onnx import model_path, session
from diarflow.timeline.intervals import Seconds

HOP = 372  # samples: 137 frames are 3.2 s
# what the method does, where neither a setting nor the model says otherwise
METHOD = {"features": "deltas", "normalisation": "recording", "activation": "tanh"}
_PIECE = 20_000  # frames worked on at once: eight minutes
_BATCH = 64
_LEAST_DEVIATION = 1e-3


def load(
    *,
    model: str,
    features: str | None,
    normalisation: str | None,
    activation: str | None,
    window: Seconds,
    step: Seconds,
) -> Callable[[str], tuple[np.ndarray, np.ndarray, dict]]:
    asked = {"features": features, "normalisation": normalisation, "activation": activation}
    network, facts = _network(model_path(model), {k: v for k, v in asked.items() if v is not None})
    frames = frame_count(round(window * SAMPLE_RATE), hop=HOP)
    stride = max(1, round(step * SAMPLE_RATE / HOP))

    def activate(path) -> tuple[np.ndarray, np.ndarray, dict]:
        """Scores (frames, 1) between 0 and 1, and the times (frames,) of the frames' centres."""
        with Clip(path) as clip:
            found = read_features(clip, facts["features"])
        normalise(found, facts["normalisation"])
        scores = averaged(found, lambda x: network.run(None, {"features": x})[0], frames, stride)
        times = frame_time(np.arange(len(scores)), hop=HOP)
        return scores[:, None].astype(np.float32), times, {"outputs": ["change"]}

    return activate


def _network(path: Path, asked: dict[str, str]):
    """A session for the model, and how its features are made: as asked, as it says, as the method does."""
    if path.suffix == ".onnx":
        network = session(path)
        return network, METHOD | network.get_modelmeta().custom_metadata_map | asked
    from diarflow.networks.graph import build_graph
    from diarflow.networks.weights import read_facts, read_weights

    facts = METHOD | read_facts(path) | asked
    graph = build_graph(read_weights(path), activation=facts["activation"])
    return session(graph.SerializeToString()), facts


def read_features(clip: Clip, features: str) -> np.ndarray:
    """The 35 features of every frame, float32 (frames, 35), kept in a file that goes with the array."""
    frames = frame_count(clip.samples, hop=HOP)
    found = on_disk((frames, 35), np.float32)
    for first in range(0, frames, _PIECE):
        last = min(first + _PIECE, frames)
        found[first:last] = FEATURES[features](clip, first, last, hop=HOP)
    return found


def normalise(features: np.ndarray, how: str) -> None:
    """Give features (frames, 35) mean 0 and deviation 1 over the recording, in place; "none" leaves them.

    A feature that never changes becomes 0, not infinite.
    """
    if how == "none" or not len(features):
        return
    pieces = [features[first : first + _PIECE] for first in range(0, len(features), _PIECE)]
    mean = sum(piece.sum(axis=0, dtype=np.float64) for piece in pieces) / len(features)
    square = sum(((piece - mean) ** 2).sum(axis=0) for piece in pieces) / len(features)
    deviation = np.maximum(np.sqrt(square), _LEAST_DEVIATION)
    for piece in pieces:
        piece[:] = (piece - mean) / deviation


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
