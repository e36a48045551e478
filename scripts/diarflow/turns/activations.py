"""Turns from the activity of a network's local speakers and the embeddings of windows.

In each chunk, local speakers are matched one-to-one to clusters, so that most of their speech outside overlap lies in
windows of their cluster. The activity of the matched clusters is averaged over the overlapping chunks. The network
confuses speakers within a chunk, so this activity is mixed with the cosine similarity between windows and the mean
directions of the clusters. These windows are those of the variant's own embedding if it names one. Speech and overlap
determine how many speakers are active in a frame, and the scores determine which.

Memory: 4 bytes per frame and cluster (17 MB for an hour with 20 speakers), and twice as much during the computation.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diarflow.clustering.clusters import mean_directions, soft_assignment
from diarflow.embedding.local_speakers import LocalSpeaker, local_speakers
from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.networks.chunks import Chunks, average_over_chunks
from diarflow.timeline.frames import FrameBounds, frames_to_intervals, intervals_to_frames
from diarflow.timeline.intervals import Interval, Seconds, Turn

_MIN_ACTIVITY: Seconds = 0.1  # local speakers with less speech are ignored
_MIN_SECOND_SCORE = 1e-3
_EDGE_WEIGHT = 0.1  # weight of a window at its edges, relative to its centre


def load(
    *, network: str, embedding: str | None, mix: float, sharpness: float, min_turn: Seconds
) -> Callable[..., list[Turn]]:
    def build(
        windows: Sequence[Window],
        labels: Sequence[int],
        *,
        segments: Sequence[Interval],
        overlap: Sequence[Interval],
        activations: Chunks,
        vectors: np.ndarray,
        dense_windows: Sequence[Window] | None = None,
        dense_vectors: np.ndarray | None = None,
        **_: object,
    ) -> list[Turn]:
        rows = window_rows(windows)
        if not rows:
            return []
        speakers, clusters = np.unique(np.asarray(labels)[rows], return_inverse=True)
        windows = [windows[row] for row in rows]
        vectors = unit_vectors(vectors[rows], np.float64)
        times = activations.times()
        scores = (1 - mix) * cluster_activity(activations, windows, clusters, len(speakers))
        if mix:
            means = mean_directions(vectors, clusters)
            if dense_windows is not None and dense_vectors is not None:
                windows, vectors = _select_dense(dense_windows, dense_vectors, means.shape[1])
            weights = soft_assignment(vectors, means, sharpness)
            scores += mix * windows_to_frames(times, windows, weights)
        active = top_speakers(
            scores, intervals_to_frames(segments, times), intervals_to_frames(overlap, times)
        )
        return activity_to_turns(active, activations.frame_bounds(), speakers, min_turn=min_turn)

    return build


def window_rows(windows: Sequence[Window]) -> list[int]:
    return [row for row, window in enumerate(windows) if not window.is_local_speaker]


def _select_dense(
    windows: Sequence[Window], vectors: np.ndarray, dimensions: int
) -> tuple[list[Window], np.ndarray]:
    """Return the windows of the further embedding without local speakers, and their unit vectors."""
    if vectors.shape[1:] != (dimensions,):
        raise InputError(
            f"the embedding that turns names has {vectors.shape[1]} dimensions and that of the clusters "
            f"{dimensions}; expected the same model with other windows"
        )
    rows = window_rows(windows)
    return [windows[row] for row in rows], unit_vectors(vectors[rows], np.float64)


def cluster_activity(
    chunks: Chunks, windows: Sequence[Window], clusters: np.ndarray, count: int
) -> np.ndarray:
    """Return the activity of `count` clusters by the network, float32 (frames, count).

    `clusters` (windows,) are those of the windows. In the average over chunks, the middle of a chunk weighs most.
    """
    from scipy.optimize import linear_sum_assignment

    membership = np.eye(count)[clusters]
    by_chunk: dict[int, list[LocalSpeaker]] = {}
    for speaker in local_speakers(chunks, windows, min_duration=_MIN_ACTIVITY):
        by_chunk.setdefault(speaker.chunk, []).append(speaker)

    def activity(chunk: int) -> np.ndarray:
        values = np.zeros((chunks.values.shape[1], count))
        if speakers := by_chunk.get(chunk):
            votes = [speaker.weights @ membership[speaker.windows] for speaker in speakers]
            rows, columns = linear_sum_assignment(-np.array(votes))
            matched = [speakers[row].local_speaker for row in rows]
            values[:, columns] = chunks.probabilities(chunk)[:, matched]
        return values

    return average_over_chunks(
        chunks, activity, width=count, weights=np.hamming(chunks.values.shape[1])
    )


def windows_to_frames(
    times: np.ndarray, windows: Sequence[Window], values: np.ndarray
) -> np.ndarray:
    """Return the weighted mean of the windows' values (windows, n) at each time, float32 (times, n).

    A window's weight falls linearly from its centre to its edges. A time outside all windows gets the values of the
    window with the nearest centre. `times` are sorted, in seconds.
    """
    total, weights = np.zeros((len(times), values.shape[1]), np.float32), np.zeros(len(times))
    for window, value in zip(windows, values, strict=True):
        first, last = np.searchsorted(times, [window.start, window.end])
        centre, half = (window.start + window.end) / 2, (window.end - window.start) / 2
        weight = 1 - (1 - _EDGE_WEIGHT) * np.abs(times[first:last] - centre) / half
        total[first:last] += weight[:, None] * value
        weights[first:last] += weight
    total /= np.maximum(weights, 1e-9)[:, None]
    outside = np.flatnonzero(weights == 0)
    centres = np.array([(window.start + window.end) / 2 for window in windows])
    after = np.clip(np.searchsorted(centres, times[outside]), 1, max(1, len(centres) - 1))
    before = after - 1
    after = np.minimum(after, len(centres) - 1)
    before_is_nearer = times[outside] - centres[before] <= centres[after] - times[outside]
    total[outside] = values[np.where(before_is_nearer, before, after)]
    return total


def top_speakers(scores: np.ndarray, speech: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    """Return the active speakers of each frame, bool (frames, clusters).

    They are the speaker with the highest score in speech, and also the second highest in overlap, unless its score
    is near zero. `scores` are (frames, clusters), `speech` and `overlap` bool (frames,).

    >>> scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> speech, overlap = np.array([True, True, False]), np.array([False, True, True])
    >>> top_speakers(scores, speech, overlap).astype(int).tolist()
    [[1, 0], [1, 1], [0, 0]]
    """
    active = np.zeros(scores.shape, bool)
    frames = np.flatnonzero(speech)
    first = scores.argmax(axis=1)
    active[frames, first[frames]] = True
    if scores.shape[1] > 1:
        others = np.where(np.arange(scores.shape[1]) == first[:, None], -1.0, scores)
        second = others.argmax(axis=1)
        has_second = others.max(axis=1, initial=-1) > _MIN_SECOND_SCORE
        frames = np.flatnonzero(speech & overlap & has_second)
        active[frames, second[frames]] = True
    return active


def activity_to_turns(
    active: np.ndarray, bounds: FrameBounds, speakers: np.ndarray, *, min_turn: Seconds
) -> list[Turn]:
    """Return the turns of active frames (frames, speakers) that are longer than `min_turn`, sorted by time.

    `speakers` (speakers,) are the numbers of the columns' speakers.
    """
    return sorted(
        Turn(start, end, int(speaker))
        for column, speaker in enumerate(speakers)
        for start, end in frames_to_intervals(active[:, column], bounds)
        if end - start > min_turn
    )
