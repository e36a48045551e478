"""Frames and intervals. Numbers of bugs are those of docs/method.md."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diarflow.timeline.frames import (
    contiguous_frames,
    frames_to_intervals,
    hysteresis,
    intervals_to_frames,
)
from diarflow.timeline.intervals import Interval


def intervals_of(*active):
    """Intervals of decisions on frames of one second."""
    return frames_to_intervals(np.array(active, bool), contiguous_frames(len(active), 1.0))


def test_activity_in_the_first_frame_starts_an_interval():  # bug 1
    assert intervals_of(True, True, False, True) == [Interval(0.0, 2.0), Interval(3.0, 4.0)]


def test_activity_in_the_last_frame_ends_with_it():  # bug 2
    assert intervals_of(False, True) == [Interval(1.0, 2.0)]


def test_without_activity_there_are_no_intervals():
    assert intervals_of() == intervals_of(False, False) == []


@given(st.lists(st.booleans()))
def test_intervals_contain_exactly_the_active_frames(active):
    centres = np.arange(len(active)) + 0.5
    assert intervals_to_frames(intervals_of(*active), centres).tolist() == active


scores_of_frames = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), max_size=20)


@given(scores_of_frames, st.sampled_from([0.3, 0.5]), st.sampled_from([0.2, 0.4, 0.7]))
def test_hysteresis_starts_above_onset_and_stops_at_offset(scores, onset, offset):
    """The expected decisions come from a loop over the frames."""
    expected, active = [], False
    for score in scores:
        active = score > (min(onset, offset) if active else onset)
        expected.append(active)
    assert hysteresis(np.array(scores), onset=onset, offset=offset).tolist() == expected
