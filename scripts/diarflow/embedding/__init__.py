"""Speaker embeddings: a vector for each window of speech, near those of the same speaker.

`load(**settings)` of a backend returns `embed(path, windows) -> float32 (windows, dimensions)`.
"""

from diarflow.backends import Backend

EMBEDDERS = {
    "campplus": Backend(
        "diarflow.embedding.campplus",
        packages=("kaldi-native-fbank", "onnxruntime"),
    ),
    "dvector": Backend(
        "diarflow.embedding.dvector",
        packages=("librosa", "onnxruntime"),
        models=("dvector.onnx",),
    ),
    "pyannote": Backend(
        "diarflow.embedding.pyannote",
        packages=("pyannote-audio", "torch"),
        environment="pyannote",
    ),
}
