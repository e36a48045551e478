"""Precision and recall of speaker changes, on examples that can be checked by eye."""

import numpy as np
import pytest
from conversations import TURNS, regions_of

from diarflow.scoring.change_matches import Matches, match_changes
from diarflow.timeline.intervals import Turn


@pytest.mark.parametrize(
    ("times", "tolerance", "matched"),
    [
        ([], 0.25, 0),
        ([3.5, 5.75], 0.0, 2),  # inside the pause and the overlap
        ([2.75, 6.25], 0.25, 2),
        ([2.74, 6.26], 0.25, 0),
        ([2.74, 6.26], 0.5, 2),
        ([3.1, 3.5, 3.9], 0.25, 1),  # a change of the reference matches one detected change
        ([4.5, 5.0], 1.0, 2),  # both are near both
    ],
)
def test_changes_are_matched_one_to_one_within_the_tolerance(times, tolerance, matched):
    matches = match_changes(regions_of(TURNS), times, tolerance=tolerance)
    assert matches == Matches(matched, len(times), 2)


def test_as_many_changes_as_possible_are_matched():
    """2.45 is near 2.0 and 2.8. It is nearer to 2.8, but then 3.2 would have no match."""
    turns = [Turn(0, 2, "Ann"), Turn(2, 2.8, "Bob"), Turn(2.8, 5, "Ann")]
    assert match_changes(regions_of(turns), [2.45, 3.2], tolerance=0.5) == Matches(2, 2, 2)


def test_matches_add_up_and_a_monologue_has_no_reference_change():
    monologue = match_changes(regions_of([Turn(0, 2, "Ann")], "set"), [1.0], tolerance=0.5)
    assert monologue + Matches(3, 4, 5) == Matches(3, 5, 5)


def test_precision_and_recall_are_nan_without_changes():
    assert (Matches(1, 2, 4).precision, Matches(1, 2, 4).recall) == (0.5, 0.25)
    assert np.isnan([Matches().precision, Matches().recall]).all()
