"""Overlap where a segmentation network counts two speakers, averaged over its overlapping chunks."""

from collections.abc import Callable

from diarflow.networks.chunks import Chunks, speaker_counts
from diarflow.timeline.frames import frames_to_intervals, hysteresis
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *, network: str, onset: float, offset: float, min_overlap: Seconds
) -> Callable[..., list[Interval]]:
    def detect(*, activations: Chunks, **_) -> list[Interval]:
        overlap = hysteresis(speaker_counts(activations), onset=onset, offset=offset)
        intervals = frames_to_intervals(overlap, activations.frame_bounds())
        return [i for i in intervals if i.end - i.start >= min_overlap]

    return detect
