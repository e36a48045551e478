"""Local speakers of a segmentation network's chunks, and the windows that represent each of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.windows import Window
from diarflow.networks.chunks import MAX_LOCAL_SPEAKERS, Chunks
from diarflow.timeline.intervals import Seconds

# A local speaker with less speech than this outside overlap is represented by all of their speech.
_MIN_CLEAN: Seconds = 0.3
# A window represents a local speaker if they speak in this share of it, or in nearly the share of the best window.
_MIN_SHARE = 0.6
_NEARLY = 0.9
_MIN_CLEAN_OF_ROW: Seconds = 0.4  # of a local speaker that gets a row of the windows table


class LocalSpeaker(NamedTuple):
    """A speaker within one chunk, and the windows that represent them.

    `start` and `end` are the span of the local speaker's clean speech, which is speech outside overlap, and
    `clean_duration` is its total. `windows` (n,) are indices, and `weights` (n,), which add up to 1, the share
    of each.
    """

    chunk: int
    local_speaker: int
    start: Seconds
    end: Seconds
    clean_duration: Seconds
    windows: np.ndarray
    weights: np.ndarray


def local_speakers(
    chunks: Chunks, windows: Sequence[Window], *, min_duration: Seconds
) -> Iterator[LocalSpeaker]:
    """Yield the local speakers with at least `min_duration` of speech, in the order of the chunks.

    `windows` are sorted by start. A local speaker who speaks in none of them is represented by the nearest one.
    """
    starts = np.array([window.start for window in windows])
    ends = np.array([window.end for window in windows])
    for chunk in range(len(chunks.values) if len(windows) else 0):
        active, times = chunks.active(chunk), chunks.chunk_times(chunk)
        single = active.sum(axis=1) == 1
        candidates = np.flatnonzero((ends > times[0]) & (starts < times[-1]))
        for speaker in range(MAX_LOCAL_SPEAKERS):
            speech = active[:, speaker]
            if speech.sum() * chunks.step < min_duration:
                continue
            clean_duration = (speech & single).sum() * chunks.step
            clean = speech & single if clean_duration >= _MIN_CLEAN else speech
            clean_times = times[clean]
            indices = candidates
            shares = _shares(clean, times, chunks.step, starts[candidates], ends[candidates])
            if not len(candidates) or not shares.max() > 0:
                indices = np.array([np.abs((starts + ends) / 2 - clean_times.mean()).argmin()])
                shares = np.ones(1)
            kept = shares >= min(_MIN_SHARE, _NEARLY * shares.max())
            yield LocalSpeaker(
                chunk, speaker,
                start=float(clean_times[0] - chunks.step / 2),
                end=float(clean_times[-1] + chunks.step / 2),
                clean_duration=float(clean_duration),
                windows=indices[kept],
                weights=shares[kept] / shares[kept].sum(),
            )  # fmt: skip


def _shares(
    mask: np.ndarray, times: np.ndarray, step: Seconds, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """Return the share of each window (n,) that the frames of `mask` (frames,) cover."""
    cumulative = np.concatenate([[0], np.cumsum(mask)])
    first = np.clip(np.round((starts - times[0]) / step).astype(int), 0, len(mask))
    last = np.clip(np.round((ends - times[0]) / step).astype(int), 0, len(mask))
    return (cumulative[last] - cumulative[first]) * step / np.maximum(ends - starts, step)


def add_local_speakers(
    chunks: Chunks, windows: Sequence[Window], vectors: np.ndarray
) -> tuple[list[Window], np.ndarray]:
    """Append a row and a vector for each local speaker with at least 0.4 s of clean speech.

    Its vector is the mean of the unit vectors of its windows, scaled to length one.
    """
    directions = unit_vectors(vectors)
    rows, all_vectors = list(windows), [vectors]
    for speaker in local_speakers(chunks, windows, min_duration=_MIN_CLEAN_OF_ROW):
        if speaker.clean_duration >= _MIN_CLEAN_OF_ROW:
            mean = speaker.weights @ directions[speaker.windows]
            # not unit_vectors: NumPy sums the squares of one vector in another order than those of rows
            all_vectors.append(mean[None] / max(np.linalg.norm(mean), 1e-9))
            segment = windows[speaker.windows[speaker.weights.argmax()]].segment
            rows.append(
                Window(speaker.start, speaker.end, segment, speaker.chunk, speaker.local_speaker)
            )
    return rows, np.concatenate(all_vectors).astype(np.float32)
