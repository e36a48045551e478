"""Quantize the recurrent layers of segmentation.onnx to eight bits: segmentation-int8.onnx.

    .venv/bin/python resources/models/quantize_segmentation.py path/to/audio ...

Weights have seven bits, because eight would overflow on processors without VNNI instructions. The inputs of the layers
are quantized by their range when the network runs, so that no calibration is needed. The output is compared with that
of the original on the audio files (mono, 16 kHz).
"""

import sys
from pathlib import Path

import numpy as np
from onnxruntime.quantization import QuantType, quantize_dynamic

from diarflow.networks.segmentation import load

HERE = Path(__file__).parent
ORIGINAL, QUANTIZED = HERE / "segmentation.onnx", HERE / "segmentation-int8.onnx"


def main(files: list[str]) -> None:
    quantize_dynamic(
        ORIGINAL, QUANTIZED, op_types_to_quantize=["LSTM"], weight_type=QuantType.QInt8, reduce_range=True
    )  # fmt: skip
    networks = [load(model=str(model), device="cpu", step=5.0) for model in (ORIGINAL, QUANTIZED)]
    differences, same, frames = 0.0, 0, 0
    for file in files:
        original, quantized = (np.asarray(network(file).values, float) for network in networks)
        differences += np.abs(original - quantized).max(axis=-1).sum()
        same += (original.argmax(axis=-1) == quantized.argmax(axis=-1)).sum()
        frames += original[..., 0].size
    print(
        f"{frames} frames: largest difference of a class, mean {differences / frames:.4f};", end=" "
    )
    print(f"the same class in {same / frames:.2%}")


if __name__ == "__main__":
    main(sys.argv[1:])
