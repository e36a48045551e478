"""Speaker change detection: the moments at which another person takes over.

`load(**settings)` of a backend returns `find(files) -> list[Change]`: every moment that may be a
change, with a score. The rule takes those above the variant's threshold. `files.audio` is the
prepared recording, `files.activations` the output of the variant's network, where it has one,
`files.reference` for the oracle the reference.
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
