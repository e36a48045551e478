"""Speaker regions of a reference on a grid of 10-ms frames, and the speaker changes between them.

Pauses of one speaker up to 0.3 s are filled first. A region is a series of kept frames with the same active speaker, or
the same set of active speakers. Dropped frames inside it do not end it.
"""

from collections.abc import Sequence

import numpy as np

from diarflow.timeline.atomic_regions import PAUSE_IN_TURN, merge_by_speaker
from diarflow.timeline.intervals import Seconds, Turn

# "single" keeps the frames with exactly one active speaker, "set" those with at least one
REGION_KINDS = ("single", "set")
FRAMES_PER_SECOND = 100


def number_regions(turns: Sequence[Turn], *, duration: Seconds, kind: str) -> np.ndarray:
    """Return the number of each frame's region (frames,), from 0; -1 marks dropped frames.

    >>> turns = [Turn(0.0, 0.03, "Ann"), Turn(0.02, 0.04, "Bob"), Turn(0.05, 0.06, "Bob")]
    >>> number_regions(turns, duration=0.07, kind="single").tolist()  # Bob's pause of 10 ms is filled
    [0, 0, -1, 1, 1, 1, -1]
    >>> number_regions(turns, duration=0.07, kind="set").tolist()
    [0, 0, 1, 2, 2, 2, -1]
    """
    if kind not in REGION_KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(REGION_KINDS)}")
    active = _active_speakers(turns, duration)
    speakers = active.sum(axis=0)
    kept = np.flatnonzero(speakers == 1 if kind == "single" else speakers >= 1)
    numbers = np.full(active.shape[1], -1)
    numbers[kept[:1]] = 0
    numbers[kept[1:]] = np.cumsum((active[:, kept[1:]] != active[:, kept[:-1]]).any(axis=0))
    return numbers


def _active_speakers(turns: Sequence[Turn], duration: Seconds) -> np.ndarray:
    """Return which speakers are active in each frame (speakers, frames), short pauses filled."""
    # 1e-9: a pause of exactly 0.3 s may be longer in floating point
    times_by_speaker = merge_by_speaker(turns, gap=PAUSE_IN_TURN + 1e-9)
    active = np.zeros((len(times_by_speaker), to_frames(duration)), dtype=bool)
    for row, times in zip(active, times_by_speaker.values(), strict=True):
        for first, last in to_frames(np.clip(times, 0.0, duration)):
            row[first:last] = True
    return active


def to_frames(times) -> np.ndarray:
    """Round times in seconds to the nearest border between frames.

    >>> to_frames([0.0, 0.014, 1.0]).tolist()
    [0, 1, 100]
    """
    return np.rint(np.asarray(times, dtype=float) * FRAMES_PER_SECOND).astype(int)


def speech_axis(regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the kept frames (kept,), and the positions among them where a new region starts (changes,).

    >>> kept, starts = speech_axis(np.array([0, 0, -1, 1]))
    >>> kept.tolist(), starts.tolist()
    ([0, 1, 3], [2])
    """
    kept = np.flatnonzero(regions >= 0)
    return kept, np.flatnonzero(np.diff(regions[kept])) + 1


def has_change(regions: np.ndarray) -> bool:
    """Return whether there are two regions or more.

    >>> has_change(np.array([0, -1, 0])), has_change(np.array([0, -1, 1]))
    (False, True)
    """
    return bool(regions.max(initial=-1) > 0)


def reference_changes(regions: np.ndarray) -> np.ndarray:
    """Return the end of the old region and the start of the new one for each change (changes, 2), in seconds.

    >>> turns = [Turn(0, 1, "Ann"), Turn(1.5, 2, "Bob")]
    >>> reference_changes(number_regions(turns, duration=2, kind="single")).tolist()
    [[1.0, 1.5]]
    """
    kept, starts = speech_axis(regions)
    return np.column_stack([kept[starts - 1] + 1, kept[starts]]) / FRAMES_PER_SECOND
