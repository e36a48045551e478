"""Speaker embedding: compute a vector for each window. Vectors of one speaker are similar.

`load(**settings)` of a backend returns `embed(audio, windows)`, which returns float32 (windows, dimensions). `audio`
is the path of the prepared audio. A backend that pools the frames of a network takes their statistics as a third
argument.
"""

from diarflow.backends import Backend

EMBEDDERS = {
    "campplus": Backend(
        "diarflow.embedding.campplus",
        packages=("kaldi-native-fbank", "onnxruntime"),
    ),
    "dvector": Backend(
        "diarflow.embedding.dvector",
        packages=("librosa", "onnxruntime", "scipy"),
        models=("dvector.onnx",),
    ),
    "onnx": Backend(
        "diarflow.embedding.onnx",
        packages=("kaldi-native-fbank", "onnxruntime"),
    ),
    "pooled": Backend("diarflow.embedding.pooled", packages=("onnx",)),
    "pyannote": Backend(
        "diarflow.embedding.pyannote",
        packages=("pyannote-audio", "torch"),
        environment="pyannote",
    ),
}
