"""Fusion of hypotheses by votes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_settings import settings

from diarflow.errors import InputError
from diarflow.fusion.dover_lap import fuse
from diarflow.timeline.intervals import Turn, merge_turns


def turns_of(*turns):
    return [Turn(*turn) for turn in turns]


def test_the_majority_decides_who_speaks_whatever_the_systems_call_the_speakers():
    """One of three systems has a change at 3 s instead of 4 s, and one has a false alarm after 6 s."""
    first = turns_of((0, 4, "a"), (4, 6, "b"))
    late = turns_of((0, 3, "x"), (3, 6, "y"))
    long = turns_of((0, 4, "q"), (4, 8, "p"))
    assert fuse([first, late, long]) == turns_of((0, 4, 0), (4, 6, 1))


def test_overlap_is_kept_if_most_systems_have_it():
    """The mean number of speakers from 4 to 6 s is 5 / 3, which is rounded to 2."""
    overlap = turns_of((0, 6, "a"), (4, 9, "b"))
    single = turns_of((0, 6, "a"), (6, 9, "b"))
    assert fuse([overlap, overlap, single], [1, 1, 1]) == turns_of((0, 6, 0), (4, 9, 1))
    assert fuse([overlap, single, single], [1, 1, 1]) == turns_of((0, 6, 0), (6, 9, 1))


def test_weights_decide_against_the_majority():
    first = turns_of((0, 5, "a"))
    others = turns_of((0, 8, "a"))
    assert fuse([first, others, others], [5, 1, 1]) == turns_of((0, 5, 0))
    assert fuse([first, others, others], [1, 1, 1]) == turns_of((0, 8, 0))


def test_empty_hypotheses_vote_for_silence():
    assert fuse([[], [], turns_of((0, 1, "a"))]) == []
    assert fuse([[], []]) == []


# milliseconds, as RTTM has them
_times = st.integers(0, 20)
_turns = st.lists(
    st.builds(lambda start, length, speaker: Turn(start, start + length, speaker), _times,
              st.integers(1, 9), st.sampled_from("abc")),
    max_size=6,
)  # fmt: skip


def speech(turns):
    return sum(turn.end - turn.start for turn in merge_turns(turns))


@given(_turns, st.integers(2, 4))
def test_equal_hypotheses_give_the_same_turns(turns, count):
    expected = merge_turns(turns)
    fused = fuse([turns] * count)
    assert [turn[:2] for turn in fused] == [turn[:2] for turn in expected]
    assert len({turn.speaker for turn in fused}) == len({turn.speaker for turn in expected})


@given(_turns, _turns, _turns)
def test_speech_lies_between_the_least_and_the_most_of_the_systems(first, second, third):
    fused = fuse([first, second, third])
    assert all(math.isfinite(turn.start) and turn.end > turn.start for turn in fused)
    assert speech(fused) <= max(map(speech, (first, second, third))) * 3
    spoken = {t for turn in fused for t in range(int(turn.start), int(turn.end))}
    inputs = [first, second, third]
    assert all(
        any(turn.start <= time < turn.end for part in inputs for turn in part) for time in spoken
    )


@pytest.mark.parametrize(
    ("systems", "message"),
    [
        ({"all": {"fuse": ["best"]}}, "systems.all.fuse"),
        ({"all": {"fuse": ["best", "best"]}}, "fuse contains a system twice"),
        ({"all": {"fuse": ["best", "none"]}}, "systems.all.fuse is none, expected one of"),
        ({"all": {"fuse": ["best", "fast"], "weights": [1.0]}}, "has 1 weights, expected one for each of 2"),
        ({"auto": {"choose": ["best"]}}, "systems.auto.choose"),
        ({"auto": {"choose": ["best", "best"]}}, "choose contains a system twice"),
        ({"auto": {"choose": ["best", "none"]}}, "systems.auto.choose is none, expected one of"),
        ({"a": {"choose": ["best", "fast"]}, "b": {"fuse": ["a", "best"]}}, "contains a, which chooses"),
        ({"a": {"choose": ["best", "fast"]}, "b": {"choose": ["a", "best"]}}, "contains a, which chooses"),
        ({"auto": {"fuse": ["best", "fast"], "margin": 0.1}}, "has margin, which belongs to choose"),
        ({"all": {"fuse": ["best", "fast"]}, "more": {"fuse": ["all", "best"]}}, "contains all, which fuses"),
    ],
)  # fmt: skip
def test_a_wrong_fusion_is_one_line(systems, message):
    with pytest.raises(InputError) as error:
        settings({"systems": systems})
    assert message in str(error.value.details)


def test_a_corpus_runs_the_systems_that_it_fuses():
    corpus = {"name": "c", "audio": "audio", "systems": ["all", "fast"]}
    chosen = settings({"corpora": [corpus], "systems": {"all": {"fuse": ["best", "fast"]}}})
    assert chosen.systems_of(chosen.corpora[0]) == ["best", "fast", "all"]
