"""Evidence from the turns themselves, which every system has."""

from collections.abc import Sequence

import numpy as np

from diarflow.confidence.pieces import Pieces
from diarflow.timeline.intervals import Seconds, Turn

_EDGE: Seconds = 0.5  # distance from the edge of a turn at which its effect has fallen to 37 %
_NEIGHBOURHOOD: Seconds = 5.0


def turn_evidence(turns: Sequence[Turn], pieces: Pieces) -> dict[str, np.ndarray]:
    """Return for each piece, as arrays (pieces,):

    - `turn_length`: logarithm of the seconds of its turn
    - `near_edge`: 1 at the edge of its turn, falling to 0 inside it
    - `other_edge`: 1 at the nearest start or end of another speaker's turn, falling to 0 with the distance from it
    - `overlap`: share of the piece in which another speaker is active too
    - `turns_nearby`: starts of turns within 5 s, as a logarithm
    - `talk_share`: logarithm of the speaker's share of all speech
    - `speakers`: logarithm of the number of speakers
    """
    if not turns:
        return {}
    starts = np.array([turn.start for turn in turns])
    ends = np.array([turn.end for turn in turns])
    speakers = pieces.speaker[np.searchsorted(pieces.turn, np.arange(len(turns)))]
    talk = np.bincount(speakers, weights=ends - starts)
    centre = pieces.centre
    distance = np.minimum(centre - starts[pieces.turn], ends[pieces.turn] - centre)
    nearby = np.searchsorted(np.sort(starts), centre + _NEIGHBOURHOOD) - np.searchsorted(
        np.sort(starts), centre - _NEIGHBOURHOOD
    )
    other_edge, overlap = np.zeros(len(centre)), np.zeros(len(centre))
    for speaker in range(len(pieces.names)):
        rows = np.flatnonzero(pieces.speaker == speaker)
        others = speakers != speaker
        edges = np.sort(np.concatenate([starts[others], ends[others]]))
        other_edge[rows] = np.exp(-_nearest(edges, centre[rows]) / _EDGE)
        overlap[rows] = covered_share(
            starts[others], ends[others], pieces.start[rows], pieces.end[rows]
        )
    return {
        "turn_length": np.log(ends - starts)[pieces.turn],
        "near_edge": np.exp(-distance / _EDGE),
        "other_edge": other_edge,
        "overlap": overlap,
        "turns_nearby": np.log(nearby + 1.0),
        "talk_share": np.log(talk / talk.sum())[pieces.speaker],
        "speakers": np.full(len(centre), np.log(len(pieces.names))),
    }


def covered_share(
    starts: np.ndarray, ends: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Return the share of each interval [first, last) (n,) that the union of [starts, ends) covers.

    >>> covered_share(np.array([0.0, 1.0]), np.array([2.0, 3.0]), np.array([1.0, 2.5]), np.array([2.0, 3.5])).tolist()
    [1.0, 0.5]
    """
    order = np.argsort(starts)
    starts, ends = starts[order], np.maximum.accumulate(ends[order]) if len(ends) else ends
    # the union as a piecewise linear function: the covered seconds up to each time
    begin = np.maximum(starts, np.concatenate([[-np.inf], ends[:-1]])) if len(ends) else starts
    kept = ends > begin
    begin, stop = begin[kept], ends[kept]
    times = np.stack([begin, stop], axis=1).ravel()
    seconds = np.repeat(np.concatenate([[0.0], np.cumsum(stop - begin)]), 2)[1:-1]
    if not len(times):
        return np.zeros(len(first))
    covered = np.interp(last, times, seconds) - np.interp(first, times, seconds)
    return covered / (last - first)


def _nearest(edges: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the distance of each time to the nearest edge; infinite without edges."""
    padded = np.concatenate([[-np.inf], edges, [np.inf]])
    after = np.searchsorted(padded, times)
    return np.minimum(times - padded[after - 1], padded[after] - times)
