"""Selection of the best trial of a search, with errors that can be added up by hand."""

import pandas as pd
import pytest
from test_settings import settings

from diarflow.planning.search import trials
from diarflow.scoring.selection import group_of, select_best, summarize_search


def search(**changes):
    return {"system": "classic", "protocol": "full", "average": "seconds", "folds": 0,
            "group": None} | changes  # fmt: skip


def row(corpus, recording, system, missed, speech):
    return {
        "corpus": corpus, "recording": recording, "system": system, "missed": missed,
        "false_alarm": 0.0, "confusion": 0.0, "reference_seconds": speech,
    }  # fmt: skip


def test_cross_validation_scores_each_recording_with_the_best_trial_of_the_others():
    """Three recordings of 10 s: trial a has errors of 1, 1, 6 s, trial b of 2, 2, 2 s.

    Over all recordings b is better (6 s against 8 s). Without the third a is better, and has 6 s there. Without the
    first or the second b is better, with 2 s each: 10 of 30 s.
    """
    errors = pd.DataFrame({"a": [1.0, 1.0, 6.0], "b": [2.0, 2.0, 2.0]})
    selection = select_best(errors, pd.Series([10.0] * 3), folds=0)
    assert (selection.best, selection.der, selection.cross_validated_der) == ("b", 20.0, 33.33)
    assert selection.best_of_other_folds == ["b", "b", "a"]


def test_recordings_of_a_group_are_left_out_together():
    """Without x1 and x2, only y is left, for which b is better; without y, a is better."""
    errors = pd.DataFrame({"a": [1.0, 1.0, 6.0], "b": [2.0, 2.0, 2.0]})
    groups = [group_of(id, "^[a-z]") for id in ("x1", "x2", "y")]
    selection = select_best(errors, pd.Series([10.0] * 3), folds=0, groups=groups)
    assert selection.best_of_other_folds == ["b", "b", "a"]
    assert selection.cross_validated_der == 33.33
    many = select_best(errors, pd.Series([10.0] * 3), folds=2, groups=["g", "h", "g"])
    assert many.best_of_other_folds == ["a", "b", "a"]


def test_a_single_recording_serves_for_selection_and_score():
    selection = select_best(pd.DataFrame({"a": [1.0]}), pd.Series([4.0]), folds=0)
    assert selection.cross_validated_der == 25.0


def test_the_result_is_an_overlay_with_its_evidence():
    configured = settings(
        {"tuning": {"mine": {"system": "classic", "search": {"clustering.bandwidth": [0.6, 0.65]}}}}
    )
    planned = trials(configured, "mine")
    rows = [
        row("c", recording, trial.name, missed, 10.0)
        for trial, missed in zip(planned, (2.0, 1.0), strict=True)
        for recording in "xy"
    ]
    content = search(
        corpora=["c"],
        present=planned[0].name,
        trials=[
            {"name": trial.name, "values": trial.values,
             "variants": {s: (n, v.model_dump()) for s, (n, v) in trial.variants.items()}}
            for trial in planned
        ],
    )  # fmt: skip
    result = summarize_search(pd.DataFrame(rows), content)
    assert list(result.trials["der"]) == [10.0, 20.0]
    assert list(result.trials["best_of_others"]) == [2, 0]
    assert list(result.recordings["recording"]) == ["x", "y"]
    assert list(result.recordings["missed"]) == [1.0, 1.0]
    assert result.summary == (
        "2 trials on 2 recordings of c: full DER 20.00 % before, 10.00 % after, "
        "cross-validated 10.00 %"
    )
    tuned = settings(result.overlay)
    system = tuned.systems["classic-tuned"]
    assert tuned.clustering[system.clustering].bandwidth == 0.65
    assert system.tuned_on == result.summary


@pytest.mark.parametrize(
    ("average", "best", "der"), [("seconds", "b", 11.0), ("corpora", "a", 20.0)]
)
def test_each_second_or_each_corpus_has_the_same_weight(average, best, der):
    """Corpora of 90 and 10 s: a has 20 % of both wrong (20 of 100 s), b 7.8 and 40 % (11 of 100 s)."""
    speech = {"long": 90.0, "short": 10.0}
    missed = {"a": {"long": 18.0, "short": 2.0}, "b": {"long": 7.0, "short": 4.0}}
    rows = [
        row(corpus, "x", trial, missed[trial][corpus], speech[corpus])
        for trial in missed
        for corpus in speech
    ]
    content = search(
        average=average,
        corpora=list(speech),
        present="a",
        trials=[{"name": trial, "values": {}, "variants": {}} for trial in missed],
    )
    first = summarize_search(pd.DataFrame(rows), content).trials.iloc[0]
    assert (first["system"], first["der"]) == (best, der)
