"""Speech detection (voice activity detection): the intervals of a recording that contain speech.

`load(**settings)` of a backend returns `detect(*, audio, activations, reference) -> list[Interval]`:

- `audio`: path of the prepared recording. It is read piece by piece.
- `activations`: `Chunks` of the network that the variant names, or None.
- `reference`: turns of the reference for the oracle, or None.

The intervals are sorted and disjoint. A backend accepts all three inputs and ignores those that it does not use.
"""

from diarflow.backends import Backend

DETECTORS = {
    "segmentation": Backend("diarflow.speech.segmentation"),
    "silero": Backend("diarflow.speech.silero", packages=("onnxruntime",), models=("silero.onnx",)),
    "webrtc": Backend("diarflow.speech.webrtc", packages=("webrtcvad-wheels",)),
    "oracle": Backend("diarflow.speech.oracle", reads_audio=False),
}
