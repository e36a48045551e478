"""Interval operations. Times are multiples of an eighth of a second, which are exact in binary."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from diarflow.timeline.intervals import Interval, clip, merge_overlapping, subtract

times = st.integers(0, 400).map(lambda n: n / 8)
interval = st.tuples(times, times).filter(lambda t: t[0] < t[1]).map(lambda t: Interval(*t))
interval_lists = st.lists(interval, max_size=12)


def eighths(intervals):
    """Numbers of the eighths of a second that the intervals cover."""
    return {n for start, end in intervals for n in range(int(start * 8), int(end * 8))}


@given(interval_lists)
def test_merged_intervals_cover_the_same_time_and_are_disjoint(intervals):
    merged = merge_overlapping(intervals)
    assert eighths(merged) == eighths(intervals)
    assert all(before.end < after.start for before, after in itertools.pairwise(merged))


@given(interval_lists, interval_lists)
def test_subtraction_removes_exactly_the_holes(intervals, holes):
    merged_holes = merge_overlapping(holes)
    parts = [part for interval in intervals for part in subtract(interval, merged_holes)]
    assert eighths(parts) == eighths(intervals) - eighths(holes)


@given(interval_lists, interval)
def test_clipping_keeps_exactly_the_time_inside_the_extent(intervals, extent):
    assert eighths(clip(intervals, extent)) == eighths(intervals) & eighths([extent])


def test_a_hole_that_touches_an_interval_does_not_change_it():
    interval = Interval(1.0, 2.0)
    assert subtract(interval, [Interval(0.0, 1.0), Interval(2.0, 3.0)]) == [interval]


def test_merging_bridges_gaps_up_to_the_given_length():
    intervals = [Interval(0, 1), Interval(1.5, 2)]
    assert merge_overlapping(intervals, gap=0.5) == [Interval(0, 2)]
    assert merge_overlapping(intervals, gap=0.4) == intervals
