"""Networks that look at a whole recording once; their output is kept, and thresholds are tried on it.

`load(**settings)` of a backend returns `activate(path) -> (values, times, facts)`: values are
(frames, outputs), or (chunks, frames, outputs) where the network looks at chunks by themselves; times
are those of the frames, of a chunk's frames where there are chunks; facts name the outputs.
"""

from diarflow.backends import Backend

NETWORKS = {
    "bilstm": Backend("diarflow.networks.bilstm", packages=("librosa", "onnxruntime")),
    "segmentation": Backend("diarflow.networks.segmentation", packages=("onnxruntime",)),
}
