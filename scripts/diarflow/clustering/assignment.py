"""Assignment of speakers to the windows and local speakers of a recording, with any backend."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from diarflow.backends import load
from diarflow.clustering import CLUSTERERS
from diarflow.clustering.embeddings import Embeddings
from diarflow.clustering.speaker_counts import SpeakerCounts, limit_to_distinct, speaker_bounds
from diarflow.timeline.intervals import Turn

_BOUNDS = ("speaker_count", "min_speakers", "max_speakers")


class Assignment(NamedTuple):
    """The cluster of each row, int (rows,), and whether the number of speakers was given."""

    clusters: np.ndarray
    speakers_given: bool


def load_assignment(settings: Mapping[str, Any]) -> Callable[..., Assignment]:
    """Load a variant's backend, and return the function `assign` for its settings."""
    settings = dict(settings)
    bounds = {name: settings.pop(name) for name in _BOUNDS if name in settings}
    backend = load(CLUSTERERS, settings)

    def assign(
        embeddings: Embeddings, counts: SpeakerCounts, reference: Sequence[Turn] | None = None
    ) -> Assignment:
        """Cluster the embeddings of a recording.

        `counts` are those of the table of recordings. The turns of the reference replace its number of speakers.
        """
        if settings["backend"] == "oracle":
            return Assignment(backend(embeddings, reference), True)
        given = bounds["speaker_count"] == "given" and counts.num is not None
        if reference is not None:
            given = True
            counts = counts._replace(num=len({turn.speaker for turn in reference}) or None)
        low, high = speaker_bounds(counts, **bounds)
        low = limit_to_distinct(low, embeddings.unit_vectors)
        return Assignment(backend(embeddings, low, high), given)

    return assign
