"""Overlap detection: where two or more people speak at once.

`load(**settings)` of a backend returns `detect(path) -> list[Interval]`.
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.overlap.none"),
}
