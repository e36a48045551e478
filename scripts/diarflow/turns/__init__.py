"""Turns: the intervals in which each speaker is active, from windows and their clusters.

`load(**settings)` of a backend returns
`build(windows, labels, *, segments, overlap, activations, vectors, frames, dense_windows, dense_vectors)`, which returns
a list of turns:

- `windows`: rows of the windows table, sorted by start. Rows of local speakers are ignored.
- `labels`: cluster of each row.
- `segments`, `overlap`: sorted intervals.
- `activations`: `Chunks` of the network that the variant names, or None.
- `vectors`: embedding vector of each row (rows, dimensions), or None if the variant names no network.
- `frames`: statistics of the frames that the variant names (blocks, 1024), or None.
- `dense_windows`, `dense_vectors`: rows and vectors of the further embedding that the variant names, or None.

The speakers of the turns are numbers of clusters. A backend accepts all inputs and ignores those that it does not use.
"""

from diarflow.backends import Backend

BUILDERS = {
    "activations": Backend("diarflow.turns.activations", packages=("scipy",)),
    "pooled": Backend("diarflow.turns.pooled", packages=("onnx", "scipy")),
    "join": Backend("diarflow.turns.join"),
}
