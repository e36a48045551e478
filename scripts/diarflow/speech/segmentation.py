"""Speech where a segmentation network finds active speakers, averaged over its overlapping chunks."""

from collections.abc import Callable

import numpy as np

from diarflow.networks.chunks import Chunks, activity_scores
from diarflow.speech.quiet_pauses import find_quiet_pauses, level_times, levels
from diarflow.speech.smoothing import smooth
from diarflow.timeline.frames import frames_to_intervals, hysteresis
from diarflow.timeline.intervals import Interval, Seconds, subtract


def load(
    *,
    network: str,
    score: str,
    onset: float,
    offset: float,
    min_speech: Seconds,
    min_silence: Seconds,
    padding: Seconds,
    pause_level: float,
    pause_score: float,
    min_pause: Seconds,
) -> Callable[..., list[Interval]]:
    def detect(*, audio, activations: Chunks, **_) -> list[Interval]:
        scores = activity_scores(activations, score, speakers=1)
        bounds = activations.frame_bounds()
        speech = smooth(
            frames_to_intervals(hysteresis(scores, onset=onset, offset=offset), bounds),
            min_speech=min_speech,
            min_silence=min_silence,
            padding=padding,
            extent=Interval(0.0, activations.duration),
        )
        if not pause_level or not speech:
            return speech
        decibels = levels(audio)
        pauses = find_quiet_pauses(
            scores,
            np.interp(activations.times(), level_times(len(decibels)), decibels),
            bounds,
            max_level=pause_level,
            max_score=pause_score,
            min_duration=min_pause,
        )
        parts = [part for interval in speech for part in subtract(interval, pauses)]
        return [part for part in parts if part.end - part.start >= min_speech]

    return detect
