"""Evidence from the embeddings of windows: the voice of each speaker against those of the others."""

from collections.abc import Sequence

import numpy as np

from diarflow.confidence.pieces import Pieces
from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.windows import Window
from diarflow.turns.activations import windows_to_frames

_TYPICAL_MARGIN = 0.4  # mean of recordings with several speakers


def owners_of_windows(windows: Sequence[Window], pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds of each speaker in each window (windows, speakers), and the speaker with the most (windows,)."""
    seconds = np.zeros((len(windows), len(pieces.names)))
    starts = np.array([window.start for window in windows])
    ends = np.array([window.end for window in windows])
    for speaker in range(len(pieces.names)):
        rows = np.flatnonzero(pieces.speaker == speaker)
        order = rows[np.argsort(pieces.start[rows])]
        times = np.stack([pieces.start[order], pieces.end[order]], axis=1).ravel()
        times = np.maximum.accumulate(times)
        total = np.repeat(np.concatenate([[0.0], np.cumsum(times[1::2] - times[::2])]), 2)[1:-1]
        seconds[:, speaker] = np.interp(ends, times, total) - np.interp(starts, times, total)
    return seconds, seconds.argmax(axis=1)


def voice_evidence(
    windows: Sequence[Window], vectors: np.ndarray, pieces: Pieces
) -> dict[str, np.ndarray]:
    """Return for each piece, as arrays (pieces,):

    - `voice_margin`: cosine distance to the nearest other speaker minus that to its speaker, divided by the larger one
      (the silhouette by centroids): from -1 to 1. With a single speaker it has a typical value.
    - `voice_fit`: cosine to its speaker, minus the median of all pieces
    - `similar_speaker`: largest cosine of the speaker's mean with that of another speaker; 0 with a single speaker

    `vectors` (windows, dimensions) are those of the windows. A window does not count for the mean of its own speaker.
    """
    units = unit_vectors(vectors, np.float64)
    seconds, owners = owners_of_windows(windows, pieces)
    weights = np.where(seconds == seconds.max(axis=1, keepdims=True), seconds, 0.0)
    sums = weights.T @ units
    means = unit_vectors(sums)
    cosines = units @ means.T
    rows = np.arange(len(units))
    without = sums[owners] - weights[rows, owners][:, None] * units
    has_others = np.linalg.norm(without, axis=1) > 1e-6
    own = np.einsum("ij,ij->i", units, unit_vectors(without))
    cosines[rows[has_others], owners[has_others]] = own[has_others]
    of_pieces = windows_to_frames(_sorted_times(pieces), windows, cosines)[_ranks(pieces)]
    index = np.arange(len(of_pieces))
    own_cosine = of_pieces[index, pieces.speaker].astype(np.float64)
    others = np.where(np.arange(len(means)) == pieces.speaker[:, None], -np.inf, of_pieces)
    margin, similar = np.full(len(index), _TYPICAL_MARGIN), np.zeros(len(means))
    if len(means) > 1:
        own_distance, other_distance = 1 - own_cosine, 1 - others.max(axis=1)
        margin = (other_distance - own_distance) / np.maximum(
            np.maximum(own_distance, other_distance), 1e-6
        )
        between = means @ means.T
        np.fill_diagonal(between, -1.0)
        similar = between.max(axis=1)
    return {
        "voice_margin": margin,
        "voice_fit": own_cosine - np.median(own_cosine),
        "similar_speaker": similar[pieces.speaker],
    }


def _sorted_times(pieces: Pieces) -> np.ndarray:
    return np.sort(pieces.centre, kind="stable")


def _ranks(pieces: Pieces) -> np.ndarray:
    """Return the position of each piece in the order of the centres."""
    return np.argsort(np.argsort(pieces.centre, kind="stable"), kind="stable")
