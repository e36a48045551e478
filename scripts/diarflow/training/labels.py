"""Which frames are near a speaker change."""

from collections.abc import Collection, Iterable
from itertools import pairwise

import numpy as np

from diarflow.timeline.activity import states
from diarflow.timeline.intervals import Interval, Seconds, Turn

KINDS = ("speaker", "overlap", "speech")


def changes(
    turns: Iterable[Turn], duration: Seconds, *, kinds: Collection[str], max_pause: Seconds
) -> list[Interval]:
    """Changes of the set of active speakers, each the stretch from the old state to the new one.

    "speaker": from one single speaker to another, across a pause or an overlap; after a pause longer than
    `max_pause` the change is where the new one begins. "overlap": overlap begins or ends. "speech": speech
    begins or ends.

    >>> said = [Turn(0.0, 2.0, "a"), Turn(2.5, 4.0, "b")]
    >>> changes(said, 5.0, kinds=["speaker"], max_pause=1.0)
    [Interval(start=2.0, end=2.5)]
    """
    sequence = states(turns, duration)
    found = []
    for (_, moment, before), (_, _, after) in pairwise(sequence):
        if "overlap" in kinds and before and after and (len(before) > 1) != (len(after) > 1):
            found.append(Interval(moment, moment))
        if "speech" in kinds and bool(before) != bool(after):
            found.append(Interval(moment, moment))
    if "speaker" in kinds:
        alone = [state for state in sequence if len(state[2]) == 1]
        for (_, end, before), (start, _, after) in pairwise(alone):
            if before != after:
                paused = any(not s[2] for s in sequence if end <= s[0] < start)
                late = paused and start - end > max_pause
                found.append(Interval(start if late else end, start))
    return sorted(found)


def label_frames(
    times: np.ndarray, found: Iterable[Interval], *, neighbourhood: Seconds
) -> np.ndarray:
    """1 where the centre of a frame is within `neighbourhood` of a change, else 0: uint8 (frames,).

    >>> label_frames(np.array([0.9, 1.0, 1.1]), [Interval(1.04, 1.05)], neighbourhood=0.05)
    array([0, 1, 1], dtype=uint8)
    """
    near = np.zeros(len(times), np.uint8)
    for start, end in found:
        first = np.searchsorted(times, start - neighbourhood - 1e-9)
        last = np.searchsorted(times, end + neighbourhood + 1e-9)
        near[first:last] = 1
    return near
