"""Overlap detection."""

import pytest

from diarflow.networks.chunks import read_chunks
from diarflow.overlap import DETECTORS
from diarflow.settings.base import Oracle
from diarflow.settings.overlap import NoOverlap, SegmentationOverlap
from diarflow.timeline.intervals import Interval, Turn

SETTINGS = {
    block.backend: block.model_dump() for block in (NoOverlap(), SegmentationOverlap(), Oracle())
}


@pytest.mark.parametrize("backend", DETECTORS)
def test_consecutive_speakers_do_not_overlap(backend, segmented):
    overlap = DETECTORS[backend].load(**SETTINGS[backend])(
        audio=None,
        activations=read_chunks(segmented(("", 10), ("0", 50), ("1", 50))),
        reference=[Turn(0.1, 0.6, "p"), Turn(0.6, 1.1, "q")],
    )
    assert overlap == []


def test_the_oracle_returns_the_overlap_of_the_reference():
    reference = [Turn(0.0, 3.0, "p"), Turn(2.0, 5.0, "q"), Turn(4.5, 6.0, "p")]
    overlap = DETECTORS["oracle"].load(backend="oracle")(reference=reference)
    assert overlap == [Interval(2.0, 3.0), Interval(4.5, 5.0)]


@pytest.mark.parametrize(
    ("settings", "expected"), [({}, [(0.5, 0.8), (1.3, 1.4)]), ({"min_overlap": 0.2}, [(0.5, 0.8)])]
)
def test_two_simultaneous_local_speakers_are_overlap(segmented, settings, expected):
    chunks = read_chunks(segmented(("0", 50), ("01", 30), ("1", 50), ("12", 10)))
    detect = DETECTORS["segmentation"].load(**SETTINGS["segmentation"] | settings)
    overlap = detect(activations=chunks)
    assert [(round(i.start, 3), round(i.end, 3)) for i in overlap] == expected
