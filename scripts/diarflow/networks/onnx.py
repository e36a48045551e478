"""Inference sessions of ONNX Runtime."""

import os
from pathlib import Path

from diarflow.backends import MODELS
from diarflow.errors import InputError

_CUDA = "CUDAExecutionProvider"


def model_path(model: str) -> Path:
    """Return the path of a model: `model` itself if it is a file, otherwise the shipped model of this name."""
    return path if (path := Path(model)).is_file() else MODELS / model


def session(model: str | Path | bytes, *, device: str = "cpu"):
    """Return an inference session for a shipped model, a model file, or a model in memory.

    `device` is "cpu", "cuda" or "auto", which is a GPU if the installed ONNX Runtime can use one. The number of threads is
    that of the environment variable OMP_NUM_THREADS, which Snakemake sets to the threads of the rule; without it, one.
    Raises InputError if ONNX Runtime cannot read the model, or if there is no GPU for "cuda".
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as invalid

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    options.inter_op_num_threads = 1
    source = model if isinstance(model, bytes) else model_path(str(model))
    try:
        opened = onnxruntime.InferenceSession(source, options, _providers(device))
    except (invalid.InvalidProtobuf, invalid.InvalidGraph, invalid.Fail) as error:
        name = "model in memory" if isinstance(model, bytes) else model
        raise InputError(f"{name}: not a model that ONNX Runtime can read ({error})") from error
    # without a driver, ONNX Runtime falls back to the CPU
    if device == "cuda" and _CUDA not in opened.get_providers():
        raise InputError(
            "device is cuda, but ONNX Runtime finds no GPU: install onnxruntime-gpu and the driver, or use device: auto"
        )
    return opened


def _providers(device: str) -> list[str]:
    import onnxruntime

    usable = [_CUDA] if _CUDA in onnxruntime.get_available_providers() and device != "cpu" else []
    return [*usable, "CPUExecutionProvider"]
