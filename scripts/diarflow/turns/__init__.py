"""Turns: who speaks when, out of the windows and the clusters they belong to.

`load(**settings)` of a backend returns `build(windows, labels, segments, files=None) -> list[Turn]`, the
speakers being numbers still. Where the variant names a network, `files` has its `activations`, the
`embeddings` of the windows and the `overlap`; where it names a further embedding, `dense` and
`dense_windows` of that.
"""

from diarflow.backends import Backend

BUILDERS = {
    "activations": Backend("diarflow.turns.activations", packages=("scipy",)),
    "join": Backend("diarflow.turns.join"),
}
