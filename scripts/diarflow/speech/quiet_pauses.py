"""Pauses in which a recording is nearly as quiet as its background.

The score of a segmentation network often stays above the threshold of speech in the pauses of a speaker.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, read_blocks
from diarflow.timeline.frames import FrameBounds, frames_to_intervals
from diarflow.timeline.intervals import Interval, Seconds

HOP: Seconds = 0.01
_SMOOTHED = 3  # levels that are averaged: 30 ms
_FLOOR = 1e-10  # power of digital silence: -100 dB
_PART: Seconds = 60.0  # background and speech are measured in parts of at least this length
_BACKGROUND = 10  # percentile of the levels
_MIN_RANGE = 3.0  # dB between background and speech


def levels(audio) -> np.ndarray:
    """Return the level of a prepared recording every 10 ms, in dB relative to full scale, float64 (levels,)."""
    hop = round(HOP * SAMPLE_RATE)
    powers = [np.zeros(0)]
    for block in read_blocks(audio, 6000 * hop):
        samples = np.pad(block, (0, -len(block) % hop)).reshape(-1, hop) / 2.0**15
        powers.append((samples**2).mean(axis=1))
    power = np.concatenate(powers)
    if len(power):
        window = np.ones(min(_SMOOTHED, len(power))) / _SMOOTHED
        power = np.convolve(power, window, "same") + _FLOOR
    return 10 * np.log10(power, out=power)


def level_times(count: int) -> np.ndarray:
    """Return the times (count,) of levels in seconds."""
    return HOP * (np.arange(count) + 0.5)


def relative_levels(
    decibels: np.ndarray, speech: np.ndarray, *, step: Seconds, part: Seconds = _PART
) -> np.ndarray:
    """Scale the levels of frames, so that 0 is the background and 1 the median level of speech.

    `decibels` (frames,) are levels, `step` is the distance of frames, and `speech`, bool (frames,), is true for frames
    that are surely speech. Background and speech are measured in parts of at least `part`; digital silence is no
    background. Parts without speech have the level 1.

    >>> relative_levels(np.array([-60.0, -60.0, -20.0, -40.0]), np.array([0, 0, 1, 0], bool), step=0.01).tolist()
    [0.0, 0.0, 1.0, 0.5]
    """
    relative = np.ones(len(decibels))
    for frames in _parts(len(decibels), step, part):
        part_levels = decibels[frames]
        audible = part_levels[part_levels > 10 * np.log10(_FLOOR) + 1]
        if len(audible) and speech[frames].any():
            background = np.percentile(audible, _BACKGROUND)
            loud = np.median(part_levels[speech[frames]])
            relative[frames] = (part_levels - background) / max(_MIN_RANGE, loud - background)
    return relative


def _parts(count: int, step: Seconds, length: Seconds) -> Iterator[slice]:
    """Yield slices of about equal length that divide `count` frames."""
    parts = max(1, int(count * step / length))
    borders = np.linspace(0, count, parts + 1).round().astype(int)
    yield from (slice(*pair) for pair in itertools.pairwise(borders))


def find_quiet_pauses(
    scores: np.ndarray,
    decibels: np.ndarray,
    bounds: FrameBounds,
    *,
    max_level: float,
    max_score: float,
    min_duration: Seconds,
) -> list[Interval]:
    """Return the intervals of at least `min_duration` with a low level and an unsure score.

    `scores` and `decibels` (frames,) are those of the frames with `bounds`. A level is low if its relative level is
    below `max_level`, and a score is unsure if it is not above `max_score`.
    """
    if not len(scores):
        return []
    sure = scores > max_score
    step = float(bounds.ends[0] - bounds.starts[0])
    relative = relative_levels(decibels, sure, step=step)
    intervals = frames_to_intervals((relative < max_level) & ~sure, bounds)
    return [i for i in intervals if i.end - i.start >= min_duration]
