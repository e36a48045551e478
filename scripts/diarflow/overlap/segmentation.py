"""Overlap where a segmentation network finds two speakers, averaged over its overlapping chunks."""

from collections.abc import Callable

from diarflow.networks.chunks import Chunks, activity_scores
from diarflow.timeline.frames import frames_to_intervals, hysteresis
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *, network: str, score: str, onset: float, offset: float, min_overlap: Seconds
) -> Callable[..., list[Interval]]:
    def detect(*, activations: Chunks, **_) -> list[Interval]:
        scores = activity_scores(activations, score, speakers=2)
        overlap = hysteresis(scores, onset=onset, offset=offset)
        intervals = frames_to_intervals(overlap, activations.frame_bounds())
        return [i for i in intervals if i.end - i.start >= min_overlap]

    return detect
