"""Training set of the change detector: features and labels of many recordings in two arrays.

The frames of the recordings follow each other in the arrays. Training maps the arrays into memory, so memory does not
grow with the size of the corpora.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.atomic import atomic_write
from diarflow.audio.features import frame_count, frame_time
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.formats.rttm import read_turns
from diarflow.networks.bilstm import HOP, extract_features, normalise
from diarflow.timeline.intervals import Seconds
from diarflow.training.labels import find_changes, label_frames
from diarflow.training.split import Example, split_examples


class FrameRange(NamedTuple):
    """The frames of one recording in the arrays: a row of the table of the training set.

    `first` is the index of the first frame, and `positive` counts the frames near a change.
    """

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
) -> list[FrameRange]:
    """Write features, float32 (frames, 35), and labels, uint8 (frames,), and return the frames of each recording."""
    examples = split_examples(examples)
    counts = []
    for example in examples:
        with AudioReader(example.audio) as reader:
            counts.append(frame_count(reader.samples, hop=HOP))
    ranges, first, total = [], 0, sum(counts)
    with atomic_write(features_path) as features_file, atomic_write(labels_path) as labels_file:
        x = np.lib.format.open_memmap(features_file, "w+", np.float32, (total, 35))
        y = np.lib.format.open_memmap(labels_file, "w+", np.uint8, (total,))
        for example, count in zip(examples, counts, strict=True):
            with AudioReader(example.audio) as reader:
                values = extract_features(reader, features)
                duration = reader.samples / SAMPLE_RATE
            normalise(values, normalisation)
            x[first : first + count] = values
            turns = read_turns(example.reference)
            changes = find_changes(turns, duration, kinds=kinds, max_pause=max_pause)
            times = frame_time(np.arange(count), hop=HOP)
            labels = label_frames(times, changes, neighbourhood=neighbourhood)
            y[first : first + count] = labels
            ranges.append(
                FrameRange(
                    example.corpus, example.recording, first, count,
                    positive=int(labels.sum()), validation=bool(example.validation),
                )
            )  # fmt: skip
            first += count
        x.flush()
        y.flush()
        del x, y
    return ranges


def make_batches(
    features: np.ndarray,
    labels: np.ndarray,
    ranges: Sequence[FrameRange],
    *,
    frames: int,
    size: int,
    random: np.random.Generator | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches of windows (size, frames, 35) and labels (size, frames, 1). A window lies in one recording.

    With `random`, windows start at random offsets and come in random order, and the rest that does not fill a batch is
    dropped. Without it, they come in order, and the last batch may be smaller.
    """
    starts: list[int] = []
    for recording in ranges:
        offset = int(random.integers(frames)) if random is not None else 0
        end = recording.first + recording.frames
        starts += range(recording.first + offset, end - frames + 1, frames)
    if random is not None:
        random.shuffle(starts)
        starts = starts[: len(starts) // size * size]
    for index in range(0, len(starts), size):
        batch = starts[index : index + size]
        y = np.stack([labels[start : start + frames] for start in batch])
        yield (
            np.stack([features[start : start + frames] for start in batch]),
            y[..., None].astype(np.float32),
        )
