"""Coverage and purity as pyannote.metrics computes them from turns and changes."""

import pytest
from conversations import TURNS

from diarflow.scoring.change_coverage import Coverage
from diarflow.scoring.pyannote_metrics import pyannote_coverage
from diarflow.timeline.intervals import Turn


def test_pauses_of_the_reference_cut_segments_and_pauses_of_one_speaker_are_filled():
    turns = [Turn(0, 3, "Ann"), Turn(3.4, 4, "Ann"), Turn(5, 6, "Bob")]
    assert pyannote_coverage(turns, [], duration=6) == pytest.approx((5.0, 5.0, 5.0))
    assert pyannote_coverage(turns, [1.0], duration=6) == pytest.approx((4.0, 5.0, 5.0))
    assert pyannote_coverage(turns, [], duration=6, tolerance=0.0) == pytest.approx((4.6, 4.6, 4.6))


def test_overlap_counts_and_silence_does_not():
    assert pyannote_coverage(TURNS, [], duration=9) == pytest.approx((8.0, 6.0, 8.0))
    assert pyannote_coverage([], [1.0], duration=2) == Coverage()
