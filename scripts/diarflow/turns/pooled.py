"""Turns from the activity of a network's local speakers and short windows pooled from the frames of another network.

As in `diarflow.turns.activations`, but the windows that are compared with the clusters lie on a grid over the whole
recording, and their vectors are pooled from frames (`diarflow.networks.campplus`).
"""

from collections.abc import Callable, Sequence

import numpy as np

from diarflow.clustering.clusters import mean_directions, soft_assignment
from diarflow.embedding.pooled import pooled_vectors
from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.windows import Window
from diarflow.networks.campplus import read_head
from diarflow.networks.chunks import Chunks
from diarflow.timeline.frames import intervals_to_frames
from diarflow.timeline.intervals import Interval, Seconds, Turn
from diarflow.turns.activations import (
    activity_to_turns,
    cluster_activity,
    top_speakers,
    window_rows,
    windows_to_frames,
)


def load(
    *,
    network: str,
    frames: str,
    model: str,
    window: Seconds,
    hop: Seconds,
    mix: float,
    sharpness: float,
    min_turn: Seconds,
) -> Callable[..., list[Turn]]:
    head = read_head(model)

    def build(
        windows: Sequence[Window],
        labels: Sequence[int],
        *,
        segments: Sequence[Interval],
        overlap: Sequence[Interval],
        activations: Chunks,
        vectors: np.ndarray,
        frames: np.ndarray,
        **_: object,
    ) -> list[Turn]:
        rows = window_rows(windows)
        if not rows:
            return []
        speakers, clusters = np.unique(np.asarray(labels)[rows], return_inverse=True)
        windows = [windows[row] for row in rows]
        means = mean_directions(unit_vectors(vectors[rows], np.float64), clusters)
        times = activations.times()
        scores = (1 - mix) * cluster_activity(activations, windows, clusters, len(speakers))
        short = windows_on_grid(activations.duration, window, hop)
        similar = soft_assignment(
            unit_vectors(pooled_vectors(short, frames, *head), np.float64), means, sharpness
        )
        scores += mix * windows_to_frames(times, short, similar)
        active = top_speakers(
            scores, intervals_to_frames(segments, times), intervals_to_frames(overlap, times)
        )
        return activity_to_turns(active, activations.frame_bounds(), speakers, min_turn=min_turn)

    return build


def windows_on_grid(duration: Seconds, length: Seconds, hop: Seconds) -> list[Window]:
    """Return windows of `length`, one every `hop`, that cover a recording; the last one may reach beyond its end.

    >>> [(round(w.start, 1), round(w.end, 1)) for w in windows_on_grid(1.3, 0.8, 0.4)]
    [(0.0, 0.8), (0.4, 1.2), (0.8, 1.6)]
    """
    count = 1 + max(0, int(np.ceil((duration - length) / hop - 1e-6)))
    return [Window(n * hop, n * hop + length, 0) for n in range(count)]
