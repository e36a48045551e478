"""ONNX Runtime with the threads that the rule grants."""

import os
from pathlib import Path

from diarflow.backends import MODELS
from diarflow.errors import InputError


def model_path(model: str) -> Path:
    """A model's file: the path itself where it is one, else the shipped model of that name."""
    return path if (path := Path(model)).is_file() else MODELS / model


def session(model: str | Path | bytes):
    """An inference session for a model, shipped (by its name), in a file or in memory, on the CPU.

    InputError where it is none. As many threads as the job was given, which Snakemake says in OMP_NUM_THREADS; one elsewhere.
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
        raise InputError(f"{model}: not a model that ONNX Runtime can read ({error})") from error
