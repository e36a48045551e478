"""Speaker change detection: the moments at which another person takes over.

`load(**settings)` of a backend returns `detect(files) -> list[Change]`. `files.audio` is the
prepared recording, `files.activations` the output of the variant's network, where it has one.
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.changes.none"),
    "bilstm": Backend("diarflow.changes.bilstm", packages=("scipy",)),
    "divergence": Backend("diarflow.changes.divergence", packages=("librosa", "scipy")),
}
