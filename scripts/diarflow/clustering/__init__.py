"""Clustering: which windows are of the same speaker.

`load(**settings)` of a backend returns `cluster(vectors, seconds, speakers, chunks=None) -> int (rows,)`,
where `vectors` are (rows, dimensions), `seconds` (rows,) their durations, `speakers` what the table of
recordings says of their number, and `chunks` (rows,) the chunk of a row that is a local speaker, -1 in
windows. Local speakers of one chunk are not the same person.
"""

from diarflow.backends import Backend

CLUSTERERS = {
    "agglomerative": Backend("diarflow.clustering.agglomerative", packages=("scipy",)),
    "hdbscan": Backend("diarflow.clustering.hdbscan", packages=("scikit-learn", "scipy")),
    "kmeans": Backend("diarflow.clustering.kmeans", packages=("scikit-learn",)),
    "meanshift": Backend("diarflow.clustering.meanshift", packages=("scikit-learn",)),
    "oracle": Backend("diarflow.clustering.oracle"),
    "spectral": Backend("diarflow.clustering.spectral", packages=("scikit-learn", "scipy")),
    "vbx": Backend("diarflow.clustering.vbx", packages=("scipy",)),
}
