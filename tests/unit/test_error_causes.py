"""Causes of errors, in bench/accuracy/errors.py."""

import numpy as np
import pytest

from bench.accuracy.errors import find_pieces, property_rows
from diarflow.scoring.diarization import score
from diarflow.timeline.intervals import Interval, Turn

EXTENT = [Interval(0.0, 20.0)]
REFERENCE = [Turn(2.0, 10.0, "Ann"), Turn(12.0, 14.0, "Bob"), Turn(8.0, 9.0, "Bob")]


def causes(hypothesis, *quiet, reference=REFERENCE):
    """Return the seconds of each kind and cause. The level is that of the background from 0 to 2 s and in `quiet`."""
    decibels = np.full(2000, -20.0)
    for start, end in [(0.0, 2.0), *quiet]:
        decibels[round(100 * start) : round(100 * end)] = -60.0
    pieces = find_pieces(reference, hypothesis, EXTENT, decibels)
    total = score(reference, hypothesis, EXTENT, collar_each_side=0.25)["full"]
    for kind, seconds in pieces.groupby("kind")["seconds"].sum().items():
        assert seconds == pytest.approx(getattr(total, kind))
    return {
        key: pytest.approx(seconds, abs=0.06)
        for key, seconds in pieces.groupby(["kind", "cause"])["seconds"].sum().items()
    }


ANN, BOB = Turn(2.0, 10.0, "x"), Turn(12.0, 14.0, "y")
SECOND = Turn(8.0, 9.0, "y")


@pytest.mark.parametrize(
    ("hypothesis", "quiet", "expected"),
    [
        ([ANN, BOB, SECOND], [], {}),
        ([ANN, BOB], [], {("missed", "second voice"): 1.0}),
        ([Turn(4.0, 10.0, "x"), BOB, SECOND], [(2.0, 4.0)],
         {("missed", "quiet, edge of a turn"): 0.5, ("missed", "quiet, inside a turn"): 1.5}),
        ([Turn(4.0, 10.0, "x"), BOB, SECOND], [], {("missed", "one speaker, not quiet"): 2.0}),
        ([ANN, BOB, Turn(7.0, 9.0, "y")], [],
         {("false_alarm", "second voice, edge"): 0.5, ("false_alarm", "second voice, elsewhere"): 0.5}),
        ([ANN, Turn(12.0, 15.0, "y"), SECOND], [(14.0, 20.0)],
         {("false_alarm", "quiet, edge of a turn"): 0.5, ("false_alarm", "quiet, elsewhere"): 0.5}),
        ([ANN, Turn(12.0, 15.0, "y"), SECOND], [],
         {("false_alarm", "no speaker, not quiet, edge"): 0.5, ("false_alarm", "no speaker, not quiet, elsewhere"): 0.5}),
        ([ANN, Turn(12.0, 14.0, "x")], [], {("missed", "second voice"): 1.0, ("confusion", "speaker not found"): 2.0}),
        ([Turn(2.0, 4.0, "z"), Turn(4.0, 10.0, "x"), BOB, SECOND], [], {("confusion", "additional speaker"): 2.0}),
        ([Turn(2.0, 3.0, "y"), Turn(3.0, 10.0, "x"), BOB, SECOND], [],
         {("confusion", "edge of a turn"): 0.5, ("confusion", "elsewhere"): 0.5}),
    ],
)  # fmt: skip
def test_each_error_has_the_first_cause_that_applies(hypothesis, quiet, expected):
    assert causes(hypothesis, *quiet) == expected


def test_properties_divide_all_errors():
    pieces = find_pieces(REFERENCE, [Turn(4.0, 10.0, "x"), BOB], EXTENT, np.full(2000, -20.0))
    totals: dict[str, float] = {}
    for name, *_, total in property_rows(pieces):
        totals[name] = totals.get(name, 0.0) + float(total)
    assert len(totals) == 4
    assert totals == dict.fromkeys(totals, pytest.approx(3.0, abs=0.2))  # rounded cells
