"""A conversation and random conversations for tests of speaker changes."""

from itertools import groupby

from hypothesis import strategies as st

from diarflow.scoring.change_regions import number_regions
from diarflow.timeline.intervals import Turn

# Ann speaks for 3 s. After a pause of 1 s Bob speaks for 2 s. Ann overlaps his last 0.5 s and speaks 3 s more.
TURNS = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob"), Turn(5.5, 9, "Ann")]

times = st.integers(0, 640).map(lambda n: n / 64)  # few of them are borders of 10-ms frames
conversations = st.lists(
    st.tuples(times, times, st.sampled_from("ABC"))
    .filter(lambda turn: turn[0] < turn[1])
    .map(lambda turn: Turn(*turn)),
    max_size=8,
)


def regions_of(turns, kind="single", duration=10.0):
    return number_regions(turns, duration=duration, kind=kind)


def count_frames(regions):
    """Return runs of equal region numbers as pairs (number, frames)."""
    return [(int(number), len(list(run))) for number, run in groupby(regions)]
