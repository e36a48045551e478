"""Turns: who speaks when, out of the windows and the clusters they belong to.

`load(**settings)` of a backend returns `build(windows, labels, segments) -> list[Turn]`, the speakers
being numbers still.
"""

from diarflow.backends import Backend

BUILDERS = {
    "join": Backend("diarflow.turns.join"),
}
