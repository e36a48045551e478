"""Evidence from the other systems of the corpus: agreement on who is active."""

from collections.abc import Sequence

import numpy as np

from diarflow.confidence.pieces import Pieces
from diarflow.confidence.turn_evidence import covered_share
from diarflow.scoring.mapping import optimal_mapping
from diarflow.timeline.intervals import Interval, Turn


def system_evidence(
    turns: Sequence[Turn], others: Sequence[Sequence[Turn]], pieces: Pieces
) -> dict[str, np.ndarray]:
    """Return for each piece, as arrays (pieces,):

    - `agreement`: share in which the speaker is active by the other systems, on average; their speakers are mapped to
      those of this system as for scoring
    - `agreement_on_speech`: share in which anyone is active by the other systems, on average
    """
    same, speech = np.zeros(len(pieces.start)), np.zeros(len(pieces.start))
    for other in others:
        extent = [Interval(0.0, max(turn.end for turn in [*turns, *other]))]
        mapping = optimal_mapping(turns, other, extent)
        speech += _share(other, pieces.start, pieces.end)
        for speaker, name in enumerate(pieces.names):
            rows = np.flatnonzero(pieces.speaker == speaker)
            mapped = [turn for turn in other if mapping.get(turn.speaker) == name]
            same[rows] += _share(mapped, pieces.start[rows], pieces.end[rows])
    count = max(1, len(others))
    return {"agreement": same / count, "agreement_on_speech": speech / count}


def _share(turns: Sequence[Turn], first: np.ndarray, last: np.ndarray) -> np.ndarray:
    starts, ends = (np.array([turn[index] for turn in turns]) for index in (0, 1))
    return covered_share(starts, ends, first, last)
