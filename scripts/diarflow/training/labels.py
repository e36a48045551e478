"""Labels of the change detector: frames near a speaker change."""

from collections.abc import Collection, Iterable
from itertools import pairwise

import numpy as np

from diarflow.timeline.atomic_regions import speaker_sets
from diarflow.timeline.intervals import Interval, Seconds, Turn


def find_changes(
    turns: Iterable[Turn], duration: Seconds, *, kinds: Collection[str], max_pause: Seconds
) -> list[Interval]:
    """Return the changes of the given kinds. Each is an interval from the end of the old state to the new one.

    - "speaker": from one single speaker to another, across a pause or an overlap. After a pause longer than
      `max_pause`, the change is the end of the pause.
    - "overlap": an overlap starts or ends.
    - "speech": speech starts or ends.

    >>> turns = [Turn(0.0, 2.0, "a"), Turn(2.5, 4.0, "b")]
    >>> find_changes(turns, 5.0, kinds=["speaker"], max_pause=1.0)
    [Interval(start=2.0, end=2.5)]
    """
    regions = speaker_sets(turns, duration)
    changes = []
    for (_, time, before), (_, _, after) in pairwise(regions):
        if "overlap" in kinds and before and after and (len(before) > 1) != (len(after) > 1):
            changes.append(Interval(time, time))
        if "speech" in kinds and bool(before) != bool(after):
            changes.append(Interval(time, time))
    if "speaker" in kinds:
        single = [region for region in regions if len(region[2]) == 1]
        for (_, end, before), (start, _, after) in pairwise(single):
            if before != after:
                paused = any(not speakers for s, _, speakers in regions if end <= s < start)
                long_pause = paused and start - end > max_pause
                changes.append(Interval(start if long_pause else end, start))
    return sorted(changes)


def label_frames(
    times: np.ndarray, changes: Iterable[Interval], *, neighbourhood: Seconds
) -> np.ndarray:
    """Return 1 for each frame whose centre is at most `neighbourhood` from a change, else 0: uint8 (frames,).

    >>> label_frames(np.array([0.9, 1.0, 1.1]), [Interval(1.04, 1.05)], neighbourhood=0.05)
    array([0, 1, 1], dtype=uint8)
    """
    labels = np.zeros(len(times), np.uint8)
    for start, end in changes:
        first = np.searchsorted(times, start - neighbourhood - 1e-9)
        last = np.searchsorted(times, end + neighbourhood + 1e-9)
        labels[first:last] = 1
    return labels
