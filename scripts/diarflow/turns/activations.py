"""Who speaks in each frame: the network's local speakers, matched to clusters, and what the windows say.

Chunk by chunk the local speakers are matched to the clusters, each to one at most, so that as much as possible
of what they say alone lies in windows of their cluster. Their activity is overlap-added. The network itself
confuses speakers inside a chunk; so it is mixed with how near dense windows are to the clusters' centres.
Speech and overlap say how many speak; who they are are those with the highest scores.

Memory: 4 bytes for each frame and cluster, 17 MB for an hour of 20 speakers, and twice that while it works.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.tables import read_rows
from diarflow.clustering.ahc import centres
from diarflow.clustering.speakers import normalised
from diarflow.embedding.local_speakers import local_speakers
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.networks.chunks import Chunks, overlap_added, read_chunks
from diarflow.timeline.intervals import Interval, Seconds, Turn

_LEAST_ACTIVE: Seconds = 0.1  # local speakers with less are nobody
_LEAST_SCORE = 1e-3  # of a second speaker
_EDGE = 0.1  # what the edges of a window count, where its middle counts 1


def load(
    *, network: str, embedding: str | None, mix: float, sharpness: float, min_turn: Seconds
) -> Callable:
    def build(
        windows: Sequence[Window], labels: Sequence[int], segments: Sequence[Interval], files
    ) -> list[Turn]:
        own = [place for place, window in enumerate(windows) if window.chunk < 0]
        if not own:
            return []
        kept, found = np.unique(np.asarray(labels)[own], return_inverse=True)
        windows = [windows[place] for place in own]
        vectors = normalised(read_array(files.embeddings)[own])
        chunks = read_chunks(files.activations)
        scores = (1 - mix) * reconstructed(chunks, windows, found, len(kept))
        if mix:
            dense, near = dense_windows(files, windows, vectors)
            cosines = sharpness * near @ centres(vectors, found).T
            nearness = np.exp(cosines - cosines.max(axis=1, keepdims=True))
            nearness /= nearness.sum(axis=1, keepdims=True)
            scores += mix * spread(chunks, dense, nearness)
        overlap = [Interval(*row) for row in read_rows(files.overlap)]
        active = loudest(scores, inside(chunks, segments), inside(chunks, overlap))
        return turns_of(chunks, active, kept, min_turn=min_turn)

    return build


def dense_windows(files, windows: Sequence[Window], vectors: np.ndarray):
    """The windows of the further embedding and their directions; the system's own where there is none."""
    if not hasattr(files, "dense"):
        return windows, vectors
    found = [Window(*row) for row in read_rows(files.dense_windows)]
    own = [place for place, window in enumerate(found) if window.chunk < 0]
    near = read_array(files.dense)
    if near.shape[1:] != vectors.shape[1:]:
        raise InputError(
            f"the vectors of turns and those of clusters differ: {near.shape[1]} dimensions and "
            f"{vectors.shape[1]}; expected the same embedding, with other windows"
        )
    return [found[place] for place in own], normalised(near[own])


def reconstructed(
    chunks: Chunks, windows: Sequence[Window], labels: np.ndarray, clusters: int
) -> np.ndarray:
    """How active each cluster is by the network, (frames, clusters), the middle of a chunk counting most."""
    from scipy.optimize import linear_sum_assignment

    held = np.eye(clusters)[labels]
    locals_of: dict[int, list] = {}
    for one in local_speakers(chunks, windows, least=_LEAST_ACTIVE):
        locals_of.setdefault(one.chunk, []).append((one.local, one.weights @ held[one.windows]))

    def activity(chunk: int) -> np.ndarray:
        found = np.zeros((chunks.values.shape[1], clusters))
        if present := locals_of.get(chunk):
            rows, columns = linear_sum_assignment(-np.array([votes for _, votes in present]))
            found[:, columns] = chunks.probable(chunk)[:, [present[row][0] for row in rows]]
        return found

    return overlap_added(
        chunks, activity, width=clusters, weights=np.hamming(chunks.values.shape[1])
    )


def spread(chunks: Chunks, windows: Sequence[Window], values: np.ndarray) -> np.ndarray:
    """Values of windows (n, clusters) on the frames, (frames, clusters): the mean of those over each.

    Frames under no window have the value of the nearest.
    """
    times = chunks.times()
    total, seen = np.zeros((len(times), values.shape[1]), np.float32), np.zeros(len(times))
    for window, value in zip(windows, values, strict=True):
        first, last = np.searchsorted(times, [window.start, window.end])
        middle, half = (window.start + window.end) / 2, (window.end - window.start) / 2
        weight = 1 - (1 - _EDGE) * np.abs(times[first:last] - middle) / half
        total[first:last] += weight[:, None] * value
        seen[first:last] += weight
    total /= np.maximum(seen, 1e-9)[:, None]
    bare = np.flatnonzero(seen == 0)
    middles = np.array([(window.start + window.end) / 2 for window in windows])
    after = np.clip(np.searchsorted(middles, times[bare]), 1, max(1, len(middles) - 1))
    before = after - 1
    after = np.minimum(after, len(middles) - 1)
    nearer = times[bare] - middles[before] <= middles[after] - times[bare]
    total[bare] = values[np.where(nearer, before, after)]
    return total


def inside(chunks: Chunks, intervals: Sequence[Interval]) -> np.ndarray:
    """Which frames' centres are in one of the intervals, bool (frames,)."""
    times = chunks.times()
    found = np.zeros(len(times), bool)
    for start, end in intervals:
        first, last = np.searchsorted(times, [start, end])
        found[first:last] = True
    return found


def loudest(scores: np.ndarray, speech: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    """The cluster with the highest score where there is speech, and the second where there is overlap.

    >>> scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> loudest(scores, np.array([True, True, False]), np.array([False, True, True])).astype(int).tolist()
    [[1, 0], [1, 1], [0, 0]]
    """
    active = np.zeros(scores.shape, bool)
    places = np.flatnonzero(speech)
    first = scores.argmax(axis=1)
    active[places, first[places]] = True
    if scores.shape[1] > 1:
        others = np.where(np.arange(scores.shape[1]) == first[:, None], -1.0, scores)
        second = others.argmax(axis=1)
        places = np.flatnonzero(speech & overlap & (others.max(axis=1, initial=-1) > _LEAST_SCORE))
        active[places, second[places]] = True
    return active


def turns_of(
    chunks: Chunks, active: np.ndarray, names: np.ndarray, *, min_turn: Seconds
) -> list[Turn]:
    """Turns out of (frames, clusters); those shorter than `min_turn` are left out."""
    half, times, found = chunks.step / 2, chunks.times(), []
    for column, name in enumerate(names):
        edges = np.diff(np.concatenate([[0], active[:, column].astype(np.int8), [0]]))
        for first, last in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
            start = max(0.0, times[first] - half)
            end = chunks.duration if last == len(times) else times[last - 1] + half
            end = min(float(end), chunks.duration)
            if end - start > min_turn:
                found.append(Turn(float(start), end, int(name)))
    return sorted(found)
