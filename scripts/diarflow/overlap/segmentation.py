"""Overlap where a segmentation network counts two speakers, averaged over its overlapping chunks."""

from collections.abc import Callable
from typing import Any

from diarflow.networks.chunks import counts, read_chunks, stretches
from diarflow.timeline.intervals import Interval, Seconds


def load(
    *, network: str, onset: float, offset: float, min_overlap: Seconds
) -> Callable[[Any], list[Interval]]:
    def detect(files) -> list[Interval]:
        chunks = read_chunks(files.activations)
        found = stretches(chunks, counts(chunks), onset=onset, offset=offset)
        return [one for one in found if one.end - one.start >= min_overlap]

    return detect
