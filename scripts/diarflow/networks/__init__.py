"""Neural networks that process a whole recording, and their activations.

Activations are computed once and kept, so that stages can be tuned without running a network again.

`load(**settings)` of a backend returns `activate(audio) -> Activations`, where `audio` is the path of a prepared
recording. The audio is read piece by piece, so memory does not grow with the length of a recording.
`diarflow.networks.activations.read_activations` returns the activations as the other stages take them.
"""

from diarflow.backends import Backend

NETWORKS = {
    "bilstm": Backend("diarflow.networks.bilstm", packages=("librosa", "onnxruntime", "scipy")),
    "campplus": Backend(
        "diarflow.networks.campplus", packages=("kaldi-native-fbank", "onnx", "onnxruntime")
    ),
    "pyannote": Backend(
        "diarflow.networks.pyannote",
        packages=("pyannote-audio", "torch"),
        environment="pyannote",
    ),
    "segmentation": Backend("diarflow.networks.segmentation", packages=("onnxruntime",)),
}
# backends whose activations are those of `diarflow.networks.chunks`
SEGMENTATION = ("segmentation", "pyannote")
