"""Active speakers over time. Times are multiples of an eighth of a second, which are exact in binary."""

from hypothesis import given
from hypothesis import strategies as st

from diarflow.timeline.atomic_regions import speaker_sets, split_regions
from diarflow.timeline.intervals import Interval, Turn

times = st.integers(0, 80).map(lambda n: n / 8)
turn_lists = st.lists(
    st.builds(
        lambda ends, speaker: Turn(min(ends), max(ends), speaker),
        st.tuples(times, times).filter(lambda t: t[0] != t[1]),
        st.sampled_from(["Ann", "Bob", "Eve"]),
    ),
    max_size=10,
)


def active(turns, time):
    return {turn.speaker for turn in turns if turn.start <= time < turn.end}


@given(turn_lists)
def test_the_speakers_of_a_region_are_active_throughout_it(turns):
    regions = speaker_sets(turns, 12.0, gap=0.0)
    assert [end for _, end, _ in regions[:-1]] == [start for start, _, _ in regions[1:]]
    assert (regions[0][0], regions[-1][1]) == (0.0, 12.0)
    for start, end, speakers in regions:
        for eighth in range(round(start * 8), round(end * 8)):
            assert speakers == active(turns, eighth / 8)


def test_a_short_pause_of_one_speaker_does_not_end_a_region():
    turns = [Turn(0.0, 1.0, "Ann"), Turn(1.25, 2.0, "Ann"), Turn(2.5, 3.0, "Ann")]
    assert [(start, end) for start, end, speakers in speaker_sets(turns, 0.0) if speakers] == [
        (0.0, 2.0),
        (2.5, 3.0),
    ]


@given(turn_lists, turn_lists)
def test_regions_have_the_active_speakers_of_reference_and_hypothesis(reference, hypothesis):
    regions = split_regions(reference, hypothesis, [Interval(1.0, 4.0), Interval(5.0, 9.0)])
    assert regions.duration.sum() == 7.0
    sides = [
        (reference, regions.reference, regions.reference_speakers),
        (hypothesis, regions.hypothesis, regions.hypothesis_speakers),
    ]
    for turns, matrix, speakers in sides:
        for start, row in zip(regions.start, matrix, strict=True):
            assert {speakers[column] for column in row.nonzero()[0]} == active(turns, start)
