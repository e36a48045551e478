"""Voice activity detection: from audio to the stretches that hold speech.

`load(**settings)` of a backend returns `detect(files) -> list[Interval]`.
`files.audio` is the prepared recording.
"""

from diarflow.backends import Backend

DETECTORS = {
    "webrtc": Backend("diarflow.speech.webrtc", packages=("webrtcvad-wheels",)),
}
