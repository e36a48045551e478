"""Speaker change detection: the moments at which another person takes over.

`load(**settings)` of a backend returns `detect(path) -> list[Change]`. The Bi-LSTM of the original
method takes its place here as "bilstm".
"""

from diarflow.backends import Backend

DETECTORS = {
    "none": Backend("diarflow.changes.none"),
    "divergence": Backend("diarflow.changes.divergence", packages=("librosa", "scipy")),
}
