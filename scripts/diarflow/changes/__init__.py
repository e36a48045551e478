"""Speaker change detection: the moments at which the active speaker changes.

`load(**settings)` of a backend returns `detect(*, audio, activations, reference) -> list[Change]`:

- `audio`: path of the prepared recording. It is read piece by piece.
- `activations`: `FrameScores` or `Chunks` of the network that the variant names, or None.
- `reference`: turns of the reference for the oracle, or None.

The result is the list of all change candidates in order of time. The rule keeps those with a score above the threshold
of the variant. A backend accepts all three inputs and ignores those that it does not use.
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.changes.none", reads_audio=False),
    "bilstm": Backend("diarflow.changes.bilstm", reads_audio=False, packages=("scipy",)),
    "bilstm-divergence": Backend(
        "diarflow.changes.bilstm_divergence", packages=("librosa", "scipy")
    ),
    "divergence": Backend("diarflow.changes.divergence", packages=("librosa", "scipy")),
    "oracle": Backend("diarflow.changes.oracle", reads_audio=False, packages=("scipy",)),
    "segmentation": Backend(
        "diarflow.changes.segmentation", reads_audio=False, packages=("scipy",)
    ),
}
