"""The training set of the change detector: features and labels of many recordings, read from disk.

Two arrays hold the frames of all recordings one after the other; a table says which are whose. Training
maps them into memory and takes windows out, so that no corpus is ever held whole.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.atomic import written_whole
from diarflow.audio.features import frame_count, frame_time
from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.formats.rttm import read_turns
from diarflow.networks.bilstm import HOP, normalise, read_features
from diarflow.timeline.intervals import Seconds
from diarflow.training.labels import changes, label_frames
from diarflow.training.split import Example, split


class Extent(NamedTuple):
    """Where a recording's frames lie in the arrays."""

    corpus: str
    recording: str
    first: int
    frames: int
    positive: int
    validation: bool


def build_training_set(
    examples: Sequence[Example],
    features_path,
    labels_path,
    *,
    kinds: Collection[str],
    max_pause: Seconds,
    neighbourhood: Seconds,
    features: str,
    normalisation: str,
) -> list[Extent]:
    """Write float32 (frames, 35) and uint8 (frames,) of all examples, and return what is whose."""
    examples = split(examples)
    counts = []
    for one in examples:
        with Clip(one.audio) as clip:
            counts.append(frame_count(clip.samples, hop=HOP))
    extents, first, total = [], 0, sum(counts)
    with written_whole(features_path) as features_file, written_whole(labels_path) as labels_file:
        x = np.lib.format.open_memmap(features_file, "w+", np.float32, (total, 35))
        y = np.lib.format.open_memmap(labels_file, "w+", np.uint8, (total,))
        for one, count in zip(examples, counts, strict=True):
            with Clip(one.audio) as clip:
                own = read_features(clip, features)
                duration = clip.samples / SAMPLE_RATE
            normalise(own, normalisation)
            x[first : first + count] = own
            found = changes(read_turns(one.reference), duration, kinds=kinds, max_pause=max_pause)
            times = frame_time(np.arange(count), hop=HOP)
            near = label_frames(times, found, neighbourhood=neighbourhood)
            y[first : first + count] = near
            extents.append(
                Extent(one.corpus, one.recording, first, count, int(near.sum()), one.validation)
            )
            first += count
        x.flush()
        y.flush()
        del x, y
    return extents


def batches(
    features: np.ndarray,
    labels: np.ndarray,
    extents: Sequence[Extent],
    *,
    frames: int,
    size: int,
    random: np.random.Generator | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Windows (size, frames, 35) and their labels (size, frames, 1), none across two recordings.

    With `random` they begin at another place each time and come in another order; what fills no batch is
    left for another time. Without, they come in order and the last batch may be smaller.
    """
    starts = []
    for one in extents:
        offset = int(random.integers(frames)) if random is not None else 0
        starts += range(one.first + offset, one.first + one.frames - frames + 1, frames)
    if random is not None:
        random.shuffle(starts)
        starts = starts[: len(starts) // size * size]
    for place in range(0, len(starts), size):
        chosen = starts[place : place + size]
        yield (
            np.stack([features[start : start + frames] for start in chosen]),
            np.stack([labels[start : start + frames] for start in chosen])[..., None].astype(
                np.float32
            ),
        )
