"""Make campplus-int8.onnx again: campplus.onnx with its convolutions in eight bits.

    .venv/bin/python resources/models/quantize_campplus.py path/to/speakers

How far each layer's values go is seen on windows of speakers of the part train, one each, as recorded and in a
simulated room. Weights have seven bits, so that nothing overflows on processors without VNNI instructions; the
first convolution and the last layer stay as they are.
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
from diarflow.simulation.speakers import select_speakers, list_speakers
from diarflow.training.plda import concatenate_recordings

HERE = Path(__file__).parent

_WINDOW = round(1.5 * SAMPLE_RATE)
_SPEAKERS, _BATCH = 100, 8


class Batches(CalibrationDataReader):
    def __init__(self, features: np.ndarray):
        self.left = iter(np.split(features, range(_BATCH, len(features), _BATCH)))

    def get_next(self):
        batch = next(self.left, None)
        return None if batch is None else {"fbank": batch}


def features_of(speakers: dict[str, list[Path]]) -> np.ndarray:
    """A window of each speaker as recorded, and one in a room: float32 (windows, frames, 80)."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, paths in enumerate(speakers.values()):
            random = np.random.default_rng([0, number])
            audio = concatenate_recordings(paths, Path(folder, "one.wav"), 12.0)
            for heard in (audio, simulate_room(audio[None], random)):
                first = int(random.integers(0, max(1, len(heard) - _WINDOW)))
                bands = filterbank(np.resize(heard[first : first + _WINDOW], _WINDOW))
                found.append(bands - bands.mean(axis=0))
    return np.stack(found).astype(np.float32)


def left_as_they_are(model: onnx.ModelProto) -> list[str]:
    convolutions = [node.name for node in model.graph.node if node.op_type == "Conv"]
    return [convolutions[0], convolutions[-1]]


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / lengths


if __name__ == "__main__":
    speakers = select_speakers(list_speakers(sys.argv[1]), "train")
    # every so many of them, since those of one data set lie side by side
    chosen = list(speakers)[:: max(1, len(speakers) // _SPEAKERS)]
    features = features_of({name: speakers[name] for name in chosen})
    learnt, seen = features[: len(features) * 3 // 4], features[len(features) * 3 // 4 :]
    with tempfile.TemporaryDirectory() as folder:
        prepared = str(Path(folder, "prepared.onnx"))
        quant_pre_process(str(HERE / "campplus.onnx"), prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared, str(HERE / "campplus-int8.onnx"), Batches(learnt),
            quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv"], nodes_to_exclude=left_as_they_are(onnx.load(prepared)),
        )  # fmt: skip
    run = [session(HERE / name).run for name in ("campplus.onnx", "campplus-int8.onnx")]
    alike = cosines(*(one(None, {"fbank": seen})[0] for one in run))
    print(f"cosine with campplus.onnx on {len(seen)} windows: mean {alike.mean():.3f}, ", end="")
    print(f"5 % below {np.percentile(alike, 5):.3f}")
