"""Speech where a segmentation network counts someone, averaged over its overlapping chunks."""

from collections.abc import Callable
from typing import Any

from diarflow.networks.chunks import counts, read_chunks, stretches
from diarflow.speech.regions import smooth
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *, network: str, onset: float, offset: float, min_speech: Seconds, min_silence: Seconds
) -> Callable[[Any], list[Interval]]:
    def detect(files) -> list[Interval]:
        chunks = read_chunks(files.activations)
        found = stretches(chunks, counts(chunks), onset=onset, offset=offset)
        extent = Interval(0.0, chunks.duration)
        return smooth(
            found, min_speech=min_speech, min_silence=min_silence, padding=0.0, extent=extent
        )

    return detect
