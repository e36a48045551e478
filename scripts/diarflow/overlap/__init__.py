"""Overlap detection: where two or more people speak at once.

`load(**settings)` of a backend returns `detect(files) -> list[Interval]`.
`files.audio` is the prepared recording, `files.activations` the output of the variant's network, where
it has one, `files.reference` for the oracle the reference.
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.overlap.none", reads_audio=False),
    "oracle": Backend("diarflow.overlap.oracle", reads_audio=False),
    "segmentation": Backend("diarflow.overlap.segmentation", reads_audio=False),
}
