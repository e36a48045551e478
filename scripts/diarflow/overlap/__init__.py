"""Overlap detection: the intervals in which two or more speakers are active.

`load(**settings)` of a backend returns `detect(*, audio, activations, reference) -> list[Interval]`:

- `audio`: path of the prepared recording. It is read piece by piece.
- `activations`: `Chunks` of the network that the variant names, or None.
- `reference`: turns of the reference for the oracle, or None.

The intervals are sorted and disjoint. A backend accepts all three inputs and ignores those that it does not use.
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.overlap.none", reads_audio=False),
    "oracle": Backend("diarflow.overlap.oracle", reads_audio=False),
    "segmentation": Backend("diarflow.overlap.segmentation", reads_audio=False),
}
