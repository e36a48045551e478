"""Inference sessions of ONNX Runtime."""

import os
from pathlib import Path

from diarflow.backends import MODELS
from diarflow.errors import InputError


def model_path(model: str) -> Path:
    """Return the path of a model: `model` itself if it is a file, otherwise the shipped model of this name."""
    return path if (path := Path(model)).is_file() else MODELS / model


def session(model: str | Path | bytes):
    """Return an inference session on the CPU for a shipped model, a model file, or a model in memory.

    The number of threads is that of the environment variable OMP_NUM_THREADS, which Snakemake sets to the threads of
    the rule; without it, one. Raises InputError if ONNX Runtime cannot read the model.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as invalid

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    options.inter_op_num_threads = 1
    source = model if isinstance(model, bytes) else model_path(str(model))
    try:
        return onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])
    except (invalid.InvalidProtobuf, invalid.InvalidGraph, invalid.Fail) as error:
        name = "model in memory" if isinstance(model, bytes) else model
        raise InputError(f"{name}: not a model that ONNX Runtime can read ({error})") from error
