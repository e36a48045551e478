"""ONNX Runtime with the threads that the rule grants."""

import os

from diarflow.backends import MODELS


def session(model: str):
    """An inference session for a model in resources/models, on the CPU.

    As many threads as the job was given, which Snakemake says in OMP_NUM_THREADS; one elsewhere.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(MODELS / model, options, ["CPUExecutionProvider"])
