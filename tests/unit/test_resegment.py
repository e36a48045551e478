"""Splitting of speech at changes. Numbers of bugs are those of docs/method.md."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.timeline.intervals import Interval, merge_overlapping
from diarflow.timeline.resegment import resegment

times = st.integers(0, 800).map(lambda n: n / 16)
speech_intervals = st.lists(
    st.tuples(times, times).filter(lambda t: t[0] < t[1]).map(lambda t: Interval(*t)), max_size=10
)


def test_a_change_splits_speech_into_two_segments():
    segments = resegment([Interval(2.0, 3.0)], [2.5], min_duration=0.2)
    assert segments == [Interval(2.0, 2.5), Interval(2.5, 3.0)]


def test_changes_in_silence_and_at_a_start_of_speech_are_ignored():
    speech = [Interval(3.0, 3.5), Interval(4.0, 5.0)]
    assert resegment(speech, [4.0, 3.7], min_duration=0.2) == speech


def test_nested_speech_does_not_shorten_a_segment():  # bug 6
    speech = [Interval(0.0, 5.0), Interval(1.0, 2.0)]
    assert resegment(speech, [], min_duration=0.2) == [Interval(0.0, 5.0)]


def test_changes_at_the_borders_of_speech_are_ignored():  # bug 7
    speech = [Interval(0.0, 1.0), Interval(2.0, 3.0)]
    assert resegment(speech, [1.0, 2.0], min_duration=0.2) == speech


def test_the_last_change_and_the_last_speech_are_used():  # bug 8
    assert resegment([Interval(0.0, 1.0), Interval(2.0, 4.0)], [0.5, 3.0], min_duration=0.2) == [
        Interval(0.0, 0.5), Interval(0.5, 1.0), Interval(2.0, 3.0), Interval(3.0, 4.0),
    ]  # fmt: skip


@pytest.mark.parametrize("change", [0.1, 1.95])
def test_a_change_that_would_leave_a_short_segment_is_ignored(change):  # bug 9
    assert resegment([Interval(0.0, 2.0)], [change], min_duration=0.2) == [Interval(0.0, 2.0)]


def test_changes_may_be_unsorted_and_repeated():  # bug 11
    assert resegment([Interval(0.0, 3.0)], [2.0, 1.0, 2.0], min_duration=0.2) == [
        Interval(0.0, 1.0), Interval(1.0, 2.0), Interval(2.0, 3.0),
    ]  # fmt: skip


@given(speech_intervals, st.lists(times), st.sampled_from([0.0, 0.25, 1.0]))
def test_the_segments_cover_the_speech_exactly(speech, changes, min_duration):  # bug 10
    segments = resegment(speech, changes, min_duration=min_duration)
    merged = merge_overlapping(speech)
    assert merge_overlapping(segments) == merged
    assert sum(s.end - s.start for s in segments) == sum(s.end - s.start for s in merged)
    assert all(before.end <= after.start for before, after in itertools.pairwise(segments))


@given(speech_intervals, st.lists(times), st.sampled_from([0.25, 1.0]))
def test_no_split_makes_a_segment_shorter_than_the_minimum(speech, changes, min_duration):
    unsplit = set(merge_overlapping(speech))
    for segment in resegment(speech, changes, min_duration=min_duration):
        assert segment in unsplit or segment.end - segment.start >= min_duration
