"""The local speakers of a segmentation network's chunks, and the windows that hold each of them alone."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.embedding.windows import Window
from diarflow.networks.chunks import LOCAL, Chunks
from diarflow.timeline.intervals import Seconds

_ALONE: Seconds = 0.3  # with less than this alone, what it says together with others counts too
_INSIDE = 0.6  # a window counts where so much of it is the local speaker's; or nearly as much as the best has
_NEARLY = 0.9
_LEAST: Seconds = 0.4  # of clean speech, for a row of its own


class LocalSpeaker(NamedTuple):
    chunk: int
    local: int
    start: Seconds  # of its clean speech
    end: Seconds
    clean: Seconds  # how much it speaks alone
    windows: np.ndarray  # int (n,), which windows are its own
    weights: np.ndarray  # (n,), how much of each is; the sum is 1


def local_speakers(
    chunks: Chunks, windows: Sequence[Window], *, least: Seconds
) -> Iterator[LocalSpeaker]:
    """Local speakers who speak for `least` seconds or more, chunk by chunk.

    `windows` are in order of their starts. A local speaker that no window overlaps has the nearest one.
    """
    starts = np.array([window.start for window in windows])
    ends = np.array([window.end for window in windows])
    for chunk in range(len(chunks.values) if len(windows) else 0):
        active, times = chunks.active(chunk), chunks.chunk_times(chunk)
        alone = active.sum(axis=1) == 1
        near = np.flatnonzero((ends > times[0]) & (starts < times[-1]))
        for local in range(LOCAL):
            mask = active[:, local]
            if mask.sum() * chunks.step < least:
                continue
            clean = (mask & alone).sum() * chunks.step
            own = mask & alone if clean >= _ALONE else mask
            seen = times[own]
            which, inside = near, _inside(own, times, chunks.step, starts[near], ends[near])
            if not len(near) or not inside.max() > 0:
                which = np.array([np.abs((starts + ends) / 2 - seen.mean()).argmin()])
                inside = np.ones(1)
            kept = inside >= min(_INSIDE, _NEARLY * inside.max())
            weights = inside[kept] / inside[kept].sum()
            span = seen[0] - chunks.step / 2, seen[-1] + chunks.step / 2
            yield LocalSpeaker(chunk, local, *map(float, span), float(clean), which[kept], weights)


def _inside(own: np.ndarray, times: np.ndarray, step: Seconds, starts, ends) -> np.ndarray:
    """How much of each window (n,) are frames of `own` (frames,)."""
    summed = np.concatenate([[0], np.cumsum(own)])
    first = np.clip(np.round((starts - times[0]) / step).astype(int), 0, len(own))
    last = np.clip(np.round((ends - times[0]) / step).astype(int), 0, len(own))
    return (summed[last] - summed[first]) * step / np.maximum(ends - starts, step)


def with_local_speakers(
    chunks: Chunks, windows: Sequence[Window], vectors: np.ndarray
) -> tuple[list[Window], np.ndarray]:
    """Behind the windows and their vectors a row for each local speaker with 0.4 s of clean speech or more.

    Its vector is the mean direction of its windows'.
    """
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    rows, found = list(windows), [vectors]
    for one in local_speakers(chunks, windows, least=_LEAST):
        if one.clean >= _LEAST:
            mean = one.weights @ directions[one.windows]
            found.append(mean[None] / max(np.linalg.norm(mean), 1e-9))
            segment = windows[one.windows[one.weights.argmax()]].segment
            rows.append(Window(one.start, one.end, segment, one.chunk, one.local))
    return rows, np.concatenate(found).astype(np.float32)
