"""Embedding of audio outside the stages: training of a PLDA, and enrolment of known people."""

from collections.abc import Callable, Mapping
from typing import Any

from diarflow.backends import load
from diarflow.embedding import EMBEDDERS
from diarflow.networks import NETWORKS


def load_embedder(variant: Mapping[str, Any]) -> Callable:
    """Return `embed(audio, windows)` by the settings of an embedding variant.

    If the variant pools frames, `variant["frames"]` contains the settings of their network, which runs for each audio.
    """
    embed = load(EMBEDDERS, dict(variant))
    if not (frames := variant.get("frames")):
        return embed
    activate = load(NETWORKS, frames)
    return lambda audio, windows: embed(audio, windows, activate(audio).values)
