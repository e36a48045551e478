"""Speech cut at changes; bugs 6 to 11 of docs/method.md, most of them as properties."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.timeline.intervals import Interval, union
from diarflow.timeline.resegment import resegment

moments = st.integers(0, 800).map(lambda n: n / 16)
speech_in = st.lists(
    st.tuples(moments, moments).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p)),
    max_size=10,
)


def test_the_worked_example():
    pieces = resegment([Interval(2.0, 3.0)], [2.5], min_duration=0.2)
    assert pieces == [Interval(2.0, 2.5), Interval(2.5, 3.0)]


def test_a_change_in_silence_cuts_nothing_and_the_next_speech_is_a_piece_of_its_own():
    speech = [Interval(3.0, 3.5), Interval(4.0, 5.0)]
    assert resegment(speech, [4.0, 3.7], min_duration=0.2) == speech


def test_nested_speech_does_not_shrink():  # bug 6
    assert resegment([Interval(0.0, 5.0), Interval(1.0, 2.0)], [], min_duration=0.2) == [
        Interval(0.0, 5.0)
    ]


def test_speech_that_shares_an_end_with_a_change_is_not_mispaired():  # bug 7
    speech = [Interval(0.0, 1.0), Interval(2.0, 3.0)]
    assert resegment(speech, [1.0, 2.0], min_duration=0.2) == speech


def test_the_last_change_and_the_last_speech_count():  # bug 8
    assert resegment([Interval(0.0, 1.0), Interval(2.0, 4.0)], [0.5, 3.0], min_duration=0.2) == [
        Interval(0.0, 0.5), Interval(0.5, 1.0), Interval(2.0, 3.0), Interval(3.0, 4.0),
    ]  # fmt: skip


@pytest.mark.parametrize("change", [0.1, 1.95])
def test_a_cut_that_leaves_too_short_a_piece_is_not_made(change):  # bug 9
    assert resegment([Interval(0.0, 2.0)], [change], min_duration=0.2) == [Interval(0.0, 2.0)]


def test_changes_may_be_unsorted_and_repeated():  # bug 11
    assert resegment([Interval(0.0, 3.0)], [2.0, 1.0, 2.0], min_duration=0.2) == [
        Interval(0.0, 1.0), Interval(1.0, 2.0), Interval(2.0, 3.0),
    ]  # fmt: skip


@given(speech_in, st.lists(moments), st.sampled_from([0.0, 0.25, 1.0]))
def test_what_goes_in_as_speech_comes_out_as_contiguous_pieces(speech, changes, least):  # bug 10
    pieces = resegment(speech, changes, min_duration=least)
    assert union(pieces) == union(speech)
    assert sum(p.end - p.start for p in pieces) == sum(s.end - s.start for s in union(speech))
    assert all(before.end <= after.start for before, after in itertools.pairwise(pieces))


@given(speech_in, st.lists(moments), st.sampled_from([0.25, 1.0]))
def test_no_cut_makes_a_piece_shorter_than_the_minimum(speech, changes, least):
    whole = set(union(speech))
    for piece in resegment(speech, changes, min_duration=least):
        assert piece in whole or piece.end - piece.start >= least
