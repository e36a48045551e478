"""Quantize the convolutions of campplus.onnx to eight bits: campplus-int8.onnx.

    .venv/bin/python resources/models/quantize_campplus.py path/to/speakers

The quantization is calibrated on a window of each of about 100 speakers of the part `train`, as recorded and in a
simulated room. Weights have seven bits, because eight would overflow on processors without VNNI instructions. The
first and the last convolution are not quantized.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.embedding.campplus import filterbank
from diarflow.networks.onnx import session
from diarflow.simulation.room import simulate_room
from diarflow.simulation.speakers import list_speakers, select_speakers
from diarflow.training.plda import concatenate_recordings

HERE = Path(__file__).parent

_WINDOW = round(1.5 * SAMPLE_RATE)
_SPEAKERS, _BATCH = 100, 8


class FeatureBatches(CalibrationDataReader):
    """Batches of features (windows, frames, 80) for the calibration."""

    def __init__(self, features: np.ndarray):
        self.batches = iter(np.split(features, range(_BATCH, len(features), _BATCH)))

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"fbank": batch}


def compute_features(speakers: dict[str, list[Path]]) -> np.ndarray:
    """Return features of one window of each speaker as recorded and one in a room, float32 (windows, frames, 80)."""
    features = []
    with tempfile.TemporaryDirectory() as folder:
        for number, paths in enumerate(speakers.values()):
            random = np.random.default_rng([0, number])
            audio = concatenate_recordings(paths, Path(folder, "speaker.wav"), 12.0)
            for version in (audio, simulate_room(audio[None], random)):
                first = int(random.integers(0, max(1, len(version) - _WINDOW)))
                bands = filterbank(np.resize(version[first : first + _WINDOW], _WINDOW))
                features.append(bands - bands.mean(axis=0))
    return np.stack(features).astype(np.float32)


def excluded_nodes(model: onnx.ModelProto) -> list[str]:
    """Return the names of the first and the last convolution."""
    convolutions = [node.name for node in model.graph.node if node.op_type == "Conv"]
    return [convolutions[0], convolutions[-1]]


def cosine_similarities(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine similarity (n,) of each pair of rows."""
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(axis=1) / lengths


def quantize(features: np.ndarray) -> None:
    """Write campplus-int8.onnx, calibrated on features (windows, frames, 80)."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = str(Path(folder, "prepared.onnx"))
        quant_pre_process(str(HERE / "campplus.onnx"), prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared, str(HERE / "campplus-int8.onnx"), FeatureBatches(features),
            quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv"], nodes_to_exclude=excluded_nodes(onnx.load(prepared)),
        )  # fmt: skip


def main(folder: str) -> None:
    speakers = select_speakers(list_speakers(folder), "train")
    # speakers of one data set are adjacent in the list, so take one at regular steps
    selected = list(speakers)[:: max(1, len(speakers) // _SPEAKERS)]
    features = compute_features({name: speakers[name] for name in selected})
    calibration, test = np.split(features, [len(features) * 3 // 4])
    quantize(calibration)
    vectors = [
        session(HERE / name).run(None, {"fbank": test})[0]
        for name in ("campplus.onnx", "campplus-int8.onnx")
    ]
    similarities = cosine_similarities(*vectors)
    print(f"Cosine similarity with campplus.onnx on {len(test)} windows: mean", end=" ")
    print(f"{similarities.mean():.3f}, 5th percentile {np.percentile(similarities, 5):.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
