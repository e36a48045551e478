"""Speaker changes at local maxima of the scores of the Bi-LSTM."""

from collections.abc import Callable

from diarflow.changes.peak_picking import Change, pick_peaks
from diarflow.networks.activations import FrameScores
from diarflow.timeline.intervals import Seconds


def load(*, network: str, min_distance: Seconds, prominence: float) -> Callable[..., list[Change]]:
    def detect(*, activations: FrameScores, **_) -> list[Change]:
        scores = activations.values[:, 0]
        return pick_peaks(
            activations.times, scores, min_distance=min_distance, prominence=prominence
        )

    return detect
