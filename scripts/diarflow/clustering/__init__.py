"""Clustering: which windows are of the same speaker.

`load(**settings)` of a backend returns `cluster(vectors, seconds, speakers) -> int (windows,)`, where
`vectors` are (windows, dimensions), `seconds` (windows,) their durations, and `speakers` what the table
of recordings says of their number.
"""

from diarflow.backends import Backend

CLUSTERERS = {
    "kmeans": Backend("diarflow.clustering.kmeans", packages=("scikit-learn",)),
    "meanshift": Backend("diarflow.clustering.meanshift", packages=("scikit-learn",)),
}
