"""Clustering: assign a speaker to each window and local speaker of a recording.

`load(**settings)` of a backend returns `cluster(embeddings, low, high)`. `embeddings` are those of one recording
(`Embeddings`). `low` and `high` bound the number of clusters, and at least `low` vectors differ. The result is the
cluster of each row, int (rows,). The oracle's `load` returns `cluster(embeddings, reference)` instead.

`diarflow.clustering.assignment` computes the bounds and calls the backend.
"""

from diarflow.backends import Backend

CLUSTERERS = {
    "agglomerative": Backend("diarflow.clustering.agglomerative", packages=("scipy",)),
    "consensus": Backend("diarflow.clustering.consensus", packages=("scipy",)),
    "hdbscan": Backend("diarflow.clustering.hdbscan", packages=("scikit-learn", "scipy")),
    "kmeans": Backend("diarflow.clustering.kmeans", packages=("scikit-learn",)),
    "meanshift": Backend("diarflow.clustering.meanshift", packages=("scikit-learn",)),
    "oracle": Backend("diarflow.clustering.oracle"),
    "spectral": Backend("diarflow.clustering.spectral", packages=("scikit-learn", "scipy")),
    "vbx": Backend("diarflow.clustering.vbx", packages=("scipy",)),
}
