import itertools

from hypothesis import given
from hypothesis import strategies as st

from diarflow.timeline.intervals import Interval, clip, outside, union

moments = st.integers(0, 400).map(lambda n: n / 8)  # exact in binary
intervals = st.lists(
    st.tuples(moments, moments).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p)),
    max_size=12,
)


def covered(found):
    """Eighths of a second that are inside."""
    return {n for start, end in found for n in range(int(start * 8), int(end * 8))}


@given(intervals)
def test_a_union_covers_the_same_and_its_parts_are_apart(found):
    merged = union(found)
    assert covered(merged) == covered(found)
    assert all(before.end < after.start for before, after in itertools.pairwise(merged))


@given(intervals, intervals)
def test_what_is_subtracted_is_gone_and_nothing_else_is(found, holes):
    assert covered(p for one in found for p in outside(one, union(holes))) == covered(
        found
    ) - covered(holes)


@given(intervals, st.tuples(moments, moments).filter(lambda p: p[0] < p[1]))
def test_clipping_keeps_what_is_inside(found, extent):
    assert covered(clip(found, Interval(*extent))) == covered(found) & covered([Interval(*extent)])


def test_an_interval_that_touches_a_hole_stays_whole():
    assert outside(Interval(1.0, 2.0), [Interval(0.0, 1.0), Interval(2.0, 3.0)]) == [
        Interval(1.0, 2.0)
    ]


def test_a_union_bridges_a_gap_that_is_allowed():
    assert union([Interval(0, 1), Interval(1.5, 2)], gap=0.5) == [Interval(0, 2)]
    assert len(union([Interval(0, 1), Interval(1.5, 2)], gap=0.4)) == 2
