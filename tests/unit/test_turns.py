import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.embedding.windows import cut_windows
from diarflow.hypothesis import name_speakers
from diarflow.intervals import Interval, Turn, union
from diarflow.turns import BUILDERS
from diarflow.turns.join import join, shares

moments = st.integers(0, 400).map(lambda n: n / 8)
segments = st.lists(
    st.tuples(moments, moments).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p)),
    max_size=8,
).map(union)


@given(segments, st.data(), st.sampled_from([0.5, None]))
def test_the_shares_of_the_windows_are_the_speech(pieces, data, hop):
    windows = cut_windows(pieces, length=1.0, hop=hop)
    labels = data.draw(st.lists(st.integers(0, 2), min_size=len(windows), max_size=len(windows)))
    found = shares(windows, labels, pieces)
    assert union(Interval(t.start, t.end) for t in found) == pieces
    assert sum(t.end - t.start for t in found) == pytest.approx(sum(e - s for s, e in pieces))


@given(segments, st.data(), st.sampled_from([0.0, 0.5, 5.0]))
def test_turns_never_overlap_and_neighbours_of_one_speaker_are_one_turn(
    pieces, data, gap
):  # bug 26
    windows = cut_windows(pieces, length=1.0, hop=0.5)
    labels = data.draw(st.lists(st.integers(0, 2), min_size=len(windows), max_size=len(windows)))
    turns = BUILDERS["join"].load(backend="join", max_gap=gap)(windows, labels, pieces)
    for before, after in itertools.pairwise(turns):
        assert before.end <= after.start
        assert before.speaker != after.speaker or after.start - before.end > gap


def test_a_gap_with_another_speaker_in_it_is_not_bridged():
    turns = [Turn(0.0, 1.0, 1), Turn(1.0, 1.2, 2), Turn(1.2, 2.0, 1)]
    assert join(turns, max_gap=1.0) == turns


def test_the_last_window_counts():  # bug 25
    assert shares([*cut_windows([Interval(0, 1), Interval(2, 3)], length=1, hop=1)], [0, 1],
                  [Interval(0, 1), Interval(2, 3)])[-1] == Turn(2, 3, 1)  # fmt: skip


def test_speakers_are_named_by_first_appearance_and_never_run_out():  # bug 24
    turns = [Turn(float(n), n + 1.0, 200 - n) for n in range(120)]
    names = [turn.speaker for turn in name_speakers(turns)]
    assert names[:2] == ["SPEAKER_00", "SPEAKER_01"] and names[-1] == "SPEAKER_119"
    assert len(set(names)) == 120


def test_neighbours_stay_neighbours_when_times_are_rounded():
    first, second = name_speakers([Turn(0.0, 1.00049, 0), Turn(1.00049, 2.0, 1)])
    assert first.end == second.start == 1.0


def test_a_turn_that_is_nothing_is_left_out():
    assert name_speakers([Turn(0.0, 0.0001, 0)]) == []
