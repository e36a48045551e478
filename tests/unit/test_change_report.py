"""The table and the curves of change detectors."""

import csv

import numpy as np
import pytest

from diarflow.scoring.change_table import COLUMNS, Judged, draw_curves, evaluate, write_changes
from diarflow.timeline.intervals import Turn

# Ann for 3 s, a pause of 1 s, Bob for 2 s; another of Ann alone, which has no change to find
SAID = [Turn(0.0, 3.0, "Ann"), Turn(4.0, 6.0, "Bob")]


def judged(turns, times, scores, *, threshold=0.5, name="one"):
    times, scores = np.array(times), np.array(scores)
    return Judged(name, turns, 9.0, {"d": (times, scores)}, {"d": times[scores > threshold]})


@pytest.fixture(scope="module")
def evaluated():
    alone = judged([Turn(0.0, 2.0, "Ann")], [1.0], [0.9], name="alone")
    return evaluate("c", [judged(SAID, [2.0, 3.5], [0.1, 0.9]), alone])


def test_a_row_says_what_was_found_at_the_threshold_and_along_the_curve(evaluated):
    """Above 0.5 is the one true change, inside the pause: nothing is lost, and all of it is pure."""
    rows, _ = evaluated
    (total,) = (row for row in rows if row["recording"] == "ALL" and row["regions"] == "single")
    assert (total["recordings"], total["reference_changes"], total["detected_changes"]) == (1, 1, 1)
    assert (total["coverage"], total["purity"], total["recall_0.25"], total["precision_0.5"]) == (
        1,
        1,
        1,
        1,
    )
    assert total["coverage_at_0.90"] == total["coverage_at_0.90_low"] == 1.0


def test_a_recording_without_a_change_has_no_row(evaluated):
    assert {row["recording"] for row in evaluated[0]} == {"one", "ALL"}


def test_recordings_add_up_to_their_corpus():
    late = judged(SAID, [5.0], [0.9], name="late")
    rows, _ = evaluate("c", [judged(SAID, [3.5], [0.9]), late])
    by_name = {row["recording"]: row for row in rows if row["regions"] == "single"}
    assert by_name["late"]["coverage"] == pytest.approx(4 / 5)  # 1 of Bob's 2 s is in another piece
    assert by_name["late"]["purity"] == pytest.approx(4 / 5)
    assert by_name["ALL"]["coverage"] == pytest.approx(9 / 10)
    assert by_name["ALL"]["recall_0.5"] == 0.5  # 5.0 is 1 s from where Bob begins


def test_the_table_has_its_columns_where_there_is_nothing_to_judge(tmp_path):
    write_changes(tmp_path / "changes.csv", evaluate("c", [])[0])
    with open(tmp_path / "changes.csv") as file:
        assert next(csv.reader(file)) == COLUMNS


def test_a_picture_is_drawn_with_curves_and_without(tmp_path, evaluated):
    for name, curves in (("some", {"c": evaluated[1]}), ("none", {})):
        draw_curves(tmp_path / f"{name}.png", curves)
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
