"""Speaker change scores of the Bi-LSTM of Yin et al. 2017.

The network is applied to overlapping windows of 3.2 s, and its scores are averaged. Features are kept in a temporary
file (22 MB per hour), so memory does not grow with the length of a recording.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from diarflow.artifacts.arrays import zeros_on_disk
from diarflow.audio.features import FEATURE_SETS, frame_count, frame_time
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.networks.activations import Activations
from diarflow.networks.onnx import model_path, session
from diarflow.timeline.intervals import Seconds

HOP = 372  # samples: 137 frames are 3.2 s
# The method of the paper: used if neither the settings nor the model file specify another one.
DEFAULT_METADATA = {"features": "deltas", "normalisation": "recording", "activation": "tanh"}
_PIECE = 20_000  # frames processed at once: eight minutes
_BATCH = 64  # windows
_MIN_DEVIATION = 1e-3


def load(
    *,
    model: str,
    features: str | None,
    normalisation: str | None,
    activation: str | None,
    window: Seconds,
    step: Seconds,
) -> Callable[..., Activations]:
    settings = {"features": features, "normalisation": normalisation, "activation": activation}
    chosen = {name: value for name, value in settings.items() if value is not None}
    network, metadata = _load_network(model_path(model), chosen)
    frames = frame_count(round(window * SAMPLE_RATE), hop=HOP)
    stride = max(1, round(step * SAMPLE_RATE / HOP))

    def score(windows: np.ndarray) -> np.ndarray:
        return network.run(None, {"features": windows})[0]

    def activate(audio) -> Activations:
        """Return scores (frames, 1) between 0 and 1."""
        with AudioReader(audio) as reader:
            values = extract_features(reader, metadata["features"])
        normalise(values, metadata["normalisation"])
        scores = average_over_windows(values, score, frames, stride)
        times = frame_time(np.arange(len(scores)), hop=HOP)
        return Activations(scores[:, None].astype(np.float32), times, {"outputs": ["change"]})

    return activate


def _load_network(path: Path, chosen: dict[str, str]):
    """Return a session of the model and its metadata: the chosen values, then the file's, then the defaults."""
    if path.suffix == ".onnx":
        network = session(path)
        return network, DEFAULT_METADATA | network.get_modelmeta().custom_metadata_map | chosen
    from diarflow.networks.graph import build_graph
    from diarflow.networks.weights import read_metadata, read_weights

    metadata = DEFAULT_METADATA | read_metadata(path) | chosen
    graph = build_graph(read_weights(path), activation=metadata["activation"])
    return session(graph.SerializeToString()), metadata


def extract_features(reader: AudioReader, feature_set: str) -> np.ndarray:
    """Return the features of a recording, float32 (frames, 35), in a temporary file."""
    frames = frame_count(reader.samples, hop=HOP)
    features = zeros_on_disk((frames, 35), np.float32)
    for first in range(0, frames, _PIECE):
        last = min(first + _PIECE, frames)
        features[first:last] = FEATURE_SETS[feature_set](reader, first, last, hop=HOP)
    return features


def normalise(features: np.ndarray, normalisation: str) -> None:
    """Normalise features (frames, 35) in place: "recording" for mean 0 and deviation 1, or "none".

    The deviation has a lower bound, so a constant feature becomes 0.
    """
    if normalisation == "none" or not len(features):
        return
    pieces = [features[first : first + _PIECE] for first in range(0, len(features), _PIECE)]
    mean = sum(piece.sum(axis=0, dtype=np.float64) for piece in pieces) / len(features)
    variance = sum(((piece - mean) ** 2).sum(axis=0) for piece in pieces) / len(features)
    deviation = np.maximum(np.sqrt(variance), _MIN_DEVIATION)
    for piece in pieces:
        piece[:] = (piece - mean) / deviation


def average_over_windows(
    features: np.ndarray,
    score: Callable[[np.ndarray], np.ndarray],
    frames: int,
    stride: int,
) -> np.ndarray:
    """Score windows of `frames` frames, `stride` frames apart, and return the mean score of each frame (n,).

    `features` are (n, 35), and `score` maps (windows, frames, 35) to (windows, frames, 1). The last window ends with
    the recording. A recording shorter than a window is padded with zeros, the mean of normalised features.
    """
    count = len(features)
    if count == 0:
        return np.zeros(0)
    if count < frames:
        features = np.pad(features, ((0, frames - count), (0, 0)))
    stride = min(stride, frames)  # a longer stride would skip frames
    last = len(features) - frames
    starts = [*range(0, last, stride), last]
    total, windows = np.zeros(len(features)), np.zeros(len(features))
    for first in range(0, len(starts), _BATCH):
        batch = starts[first : first + _BATCH]
        scores = score(np.stack([features[start : start + frames] for start in batch]))
        for start, window_scores in zip(batch, scores[..., 0], strict=True):
            total[start : start + frames] += window_scores
            windows[start : start + frames] += 1
    return (total / windows)[:count]
