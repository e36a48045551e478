from types import SimpleNamespace

import pytest

from diarflow.formats.rttm import write_rttm
from diarflow.overlap import DETECTORS
from diarflow.settings.stages import NoOverlap, Oracle, SegmentationOverlap
from diarflow.timeline.intervals import Interval, Turn

SETTINGS = {one.backend: one.model_dump() for one in (NoOverlap(), SegmentationOverlap(), Oracle())}


@pytest.mark.parametrize("name", DETECTORS)
def test_one_speaker_at_a_time_is_no_overlap(name, segmented, tmp_path):
    write_rttm(tmp_path / "a.rttm", "a", [Turn(0.1, 0.6, "p"), Turn(0.6, 1.1, "q")])
    files = SimpleNamespace(
        activations=segmented(("", 10), ("0", 50), ("1", 50)), reference=tmp_path / "a.rttm"
    )
    assert DETECTORS[name].load(**SETTINGS[name])(files) == []


def test_the_oracle_finds_the_overlap_of_the_reference(tmp_path):
    said = [Turn(0.0, 3.0, "p"), Turn(2.0, 5.0, "q"), Turn(4.5, 6.0, "p")]
    write_rttm(tmp_path / "a.rttm", "a", said)
    files = SimpleNamespace(reference=tmp_path / "a.rttm")
    found = DETECTORS["oracle"].load(backend="oracle")(files)
    assert found == [Interval(2.0, 3.0), Interval(4.5, 5.0)]


def test_two_local_speakers_at_once_are_overlap(segmented):
    files = SimpleNamespace(activations=segmented(("0", 50), ("01", 30), ("1", 50), ("12", 10)))
    detect = DETECTORS["segmentation"].load(**SETTINGS["segmentation"])
    assert [(round(i.start, 3), round(i.end, 3)) for i in detect(files)] == [(0.5, 0.8), (1.3, 1.4)]
    detect = DETECTORS["segmentation"].load(**SETTINGS["segmentation"] | {"min_overlap": 0.2})
    assert [(round(i.start, 3), round(i.end, 3)) for i in detect(files)] == [(0.5, 0.8)]
