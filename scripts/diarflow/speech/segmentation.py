"""Speech where a segmentation network finds active speakers, averaged over its overlapping chunks."""

from collections.abc import Callable

from diarflow.networks.chunks import Chunks, activity_scores
from diarflow.speech.smoothing import smooth
from diarflow.timeline.frames import frames_to_intervals, hysteresis
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *,
    network: str,
    score: str,
    onset: float,
    offset: float,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
) -> Callable[..., list[Interval]]:
    def detect(*, activations: Chunks, **_) -> list[Interval]:
        scores = activity_scores(activations, score, speakers=1)
        speech = hysteresis(scores, onset=onset, offset=offset)
        return smooth(
            frames_to_intervals(speech, activations.frame_bounds()),
            min_speech=min_speech,
            min_silence=min_silence,
            padding=padding,
            extent=Interval(0.0, activations.duration),
        )

    return detect
