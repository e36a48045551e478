"""Networks that look at a whole recording once; their output is kept, and thresholds are tried on it.

`load(**settings)` of a backend returns `activate(path) -> (float32 (frames, outputs), frame times)`.
"""

from diarflow.backends import Backend

NETWORKS = {
    "bilstm": Backend("diarflow.networks.bilstm", packages=("librosa", "onnxruntime")),
}
