"""Voice activity detection: from audio to the stretches that hold speech.

`load(**settings)` of a backend returns `detect(files) -> list[Interval]`.
`files.audio` is the prepared recording, `files.activations` the output of the variant's network, where
it has one, `files.reference` for the oracle the reference.
"""

from diarflow.backends import Backend

DETECTORS = {
    "segmentation": Backend("diarflow.speech.segmentation", reads_audio=False),
    "silero": Backend("diarflow.speech.silero", packages=("onnxruntime",), models=("silero.onnx",)),
    "webrtc": Backend("diarflow.speech.webrtc", packages=("webrtcvad-wheels",)),
    "oracle": Backend("diarflow.speech.oracle", reads_audio=False),
}
