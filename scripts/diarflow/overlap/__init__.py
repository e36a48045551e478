"""Overlap detection: where two or more people speak at once.

`load(**settings)` of a backend returns `detect(files) -> list[Interval]`.
`files.audio` is the prepared recording.
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.overlap.none"),
}
