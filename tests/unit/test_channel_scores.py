"""Scores of a call: sums over its channels."""

import pytest

from diarflow.scoring.channel_scores import score_channels
from diarflow.scoring.prepared_reference import PreparedReference
from diarflow.scoring.repairs import Repairs
from diarflow.timeline.intervals import Interval, Turn

# agent on channel 1 from 0 to 4 s, customer on channel 2 from 3 to 8 s; both channels have 10 s
AGENT = PreparedReference(
    [Turn(0.0, 4.0, "agent")], Repairs(merged=1), [Interval(0.0, 10.0)], "audio"
)
CUSTOMER = PreparedReference(
    [Turn(3.0, 8.0, "customer")], Repairs(clipped=2), [Interval(0.0, 10.0)], "uem"
)


def scored(*hypotheses, references=(AGENT, CUSTOMER)):
    return score_channels(references, hypotheses, collar_each_side=0.25)


def test_seconds_numbers_of_speakers_and_repairs_of_the_channels_add_up():
    """By hand: 1 s is missed on channel 1, and 2 s are a false alarm on channel 2."""
    result = scored([Turn(0.0, 3.0, "x")], [Turn(3.0, 10.0, "y")])
    full = result.scores["full"]
    assert (full.scored, full.reference) == (20.0, 9.0)
    assert (full.missed, full.false_alarm, full.confusion) == (1.0, 2.0, 0.0)
    # Jaccard errors: 1 - 3 / 4 and 1 - 5 / 7
    assert (full.jer_errors, full.jer_speakers) == (pytest.approx(1 / 4 + 2 / 7), 2)
    assert result.counts == (2, 2, 3)
    assert result.extent_source == "audio uem"
    # by hand: collars remove 0.25 s after 0 s, 0.5 s around 4, 3 and 8 s
    assert result.scores["fair"].scored == 18.25


def test_a_speaker_is_mapped_to_speakers_of_the_same_channel_only():
    """The hypothesis has both speakers on channel 1: each second of the customer is missed and a false alarm."""
    full = scored([Turn(0.0, 4.0, "x"), Turn(3.0, 8.0, "y")], []).scores["full"]
    assert (full.missed, full.false_alarm, full.confusion) == (5.0, 5.0, 0.0)


def test_speakers_of_two_channels_with_one_name_are_two_speakers():
    both = [Turn(0.0, 4.0, "x")], [Turn(3.0, 8.0, "x")]
    result = scored(*both)
    assert result.counts[:2] == (2, 2)
    assert sum(result.scores["full"][2:5]) == 0.0


def test_overlap_between_channels_is_no_overlap_of_a_channel():
    assert scored([], []).scores["full"].overlap_reference == 0.0


def test_a_recording_of_one_channel_has_the_scores_of_the_channel():
    alone = scored([Turn(0.0, 3.0, "x")], references=[AGENT])
    assert alone.extent_source == "audio" and alone.counts == (1, 1, 1)
    assert alone.scores["full"].missed == 1.0
