"""changes.csv and changes.png."""

import csv

import numpy as np
import pytest

from diarflow.report.change_curves import draw_curves
from diarflow.scoring.change_table import COLUMNS, DetectedChanges, evaluate, write_changes
from diarflow.timeline.intervals import Turn

# Ann speaks for 3 s, and after a pause of 1 s Bob speaks for 2 s
TURNS = [Turn(0.0, 3.0, "Ann"), Turn(4.0, 6.0, "Bob")]


def detected(turns, times, scores, *, threshold=0.5, recording="dialogue"):
    """Return a recording of 9 s with the candidates of one detector d."""
    times, scores = np.array(times), np.array(scores)
    changes = {"d": times[scores > threshold]}
    return DetectedChanges(recording, turns, 9.0, {"d": (times, scores)}, changes)


@pytest.fixture(scope="module")
def evaluated():
    """Return rows and curves of a dialogue and of a monologue, which has no change."""
    dialogue = detected(TURNS, [2.0, 3.5], [0.1, 0.9])
    monologue = detected([Turn(0.0, 2.0, "Ann")], [1.0], [0.9], recording="monologue")
    return evaluate("c", [dialogue, monologue])


def test_a_row_has_the_rates_at_the_threshold_and_along_the_curve(evaluated):
    """The only score above 0.5 is that of the change inside the pause: coverage and purity are 1."""
    rows, _ = evaluated
    (total,) = (row for row in rows if row["recording"] == "ALL" and row["regions"] == "single")
    assert (total["recordings"], total["reference_changes"], total["detected_changes"]) == (1, 1, 1)
    assert total["coverage"] == total["purity"] == 1.0
    assert total["recall_0.25"] == total["precision_0.5"] == 1.0
    assert total["coverage_at_0.90"] == total["coverage_at_0.90_low"] == 1.0


def test_a_recording_without_a_change_has_no_row(evaluated):
    assert {row["recording"] for row in evaluated[0]} == {"dialogue", "ALL"}


def test_scores_of_recordings_add_up_to_the_total():
    late = detected(TURNS, [5.0], [0.9], recording="late")
    rows, _ = evaluate("c", [detected(TURNS, [3.5], [0.9]), late])
    single = {row["recording"]: row for row in rows if row["regions"] == "single"}
    assert single["late"]["coverage"] == pytest.approx(4 / 5)  # Bob's 2 s are cut into halves
    assert single["late"]["purity"] == pytest.approx(4 / 5)
    assert single["ALL"]["coverage"] == pytest.approx(9 / 10)
    assert single["ALL"]["recall_0.5"] == 0.5  # 5.0 is 1 s after the start of Bob's turn


def test_a_table_without_rows_has_its_columns(tmp_path):
    write_changes(tmp_path / "changes.csv", evaluate("c", [])[0])
    with open(tmp_path / "changes.csv") as file:
        assert next(csv.reader(file)) == COLUMNS


@pytest.mark.parametrize("corpora", [["c"], []])
def test_charts_are_drawn_with_and_without_curves(tmp_path, evaluated, corpora):
    draw_curves(tmp_path / "changes.png", dict.fromkeys(corpora, evaluated[1]))
    assert (tmp_path / "changes.png").read_bytes().startswith(b"\x89PNG")
