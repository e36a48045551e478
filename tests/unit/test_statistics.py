"""Intervals, paired comparisons and the count matrix, on tables that can be checked by eye."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.scoring.bootstrap import compare_all, count_speakers, interval, spread


def rows(system, wrong, spoken=None, *, corpus="c", names=None, found=2):
    """Rows of recordings of one system, all that is wrong missed."""
    spoken = spoken or [10.0] * len(wrong)
    return pd.DataFrame(
        {
            "corpus": corpus,
            "system": system,
            "protocol": "full",
            "recording": names or [f"r{place}" for place in range(len(wrong))],
            "missed": wrong,
            "false_alarm": 0.0,
            "confusion": 0.0,
            "reference_seconds": spoken,
            "reference_speakers": 2,
            "found_speakers": found,
            "speakers_given": False,
        }
    )


def test_mean_and_median_are_of_recordings():
    """1 of 10 s, 2 of 10 s and 1 of 2 s: 10, 20 and 50 %."""
    mean, median, low, high = spread(rows("a", [1.0, 2.0, 1.0], [10.0, 10.0, 2.0]))
    assert (mean, median) == (pytest.approx(80 / 3), 20.0)
    assert 10.0 <= low < 100 * 4 / 22 < high <= 50.0


def test_a_recording_without_speech_is_in_the_interval_and_not_in_the_mean():
    """10 % and 10 %, and 5 s of false alarm where nobody speaks."""
    mean, median, _, high = spread(rows("a", [1.0, 1.0, 5.0], [10.0, 10.0, 0.0]))
    assert (mean, median) == (10.0, 10.0)
    assert high > 35.0


def test_recordings_that_are_alike_leave_no_doubt_and_a_single_one_says_nothing():
    assert spread(rows("a", [1.0] * 5))[2:] == (10.0, 10.0)
    assert np.isnan(spread(rows("a", [1.0]))[2:]).all()


def test_nothing_spoken_has_no_rate_and_no_interval():
    assert np.isnan(spread(rows("a", [1.0, 1.0], [0.0, 0.0]))).all()


def test_the_interval_is_the_same_each_time_and_narrows_with_more_recordings():
    random = np.random.default_rng(1)
    few, many = random.uniform(0, 4, (10, 1)), random.uniform(0, 4, (400, 1))
    once, again = (interval(few, np.full_like(few, 10.0)) for _ in range(2))
    assert (once == again).all()
    assert np.diff(interval(many, np.full_like(many, 10.0)), axis=0) < np.diff(once, axis=0) / 3


def test_the_interval_holds_the_true_rate_nineteen_times_in_twenty():
    """400 corpora of 40 recordings with 20 % on average; 95 % of 400 is 380, its deviation 4.4."""
    wrong = np.random.default_rng(2).uniform(0, 4, (40, 400))
    low, high = interval(wrong, np.full_like(wrong, 10.0))
    held = ((low < 20.0) & (high > 20.0)).sum()
    assert 360 <= held <= 395


def test_two_systems_are_compared_on_the_recordings_that_both_have():
    """On r0 and r1 they are 30 and 20 % wrong; r2 has the one alone."""
    one, other = rows("one", [3.0, 3.0, 9.0]), rows("other", [2.0, 2.0])
    (row,) = compare_all(pd.concat([one, other]), {}).to_dict("records")
    assert (row["system"], row["other"], row["recordings"]) == ("one", "other", 2)
    assert (row["system_der"], row["other_der"], row["difference"]) == (30.0, 20.0, 10.0)
    assert (row["difference_low"], row["difference_high"]) == (10.0, 10.0)


def test_a_paired_interval_is_narrower_than_the_systems_own():
    """Recordings differ widely, the systems by a little and always alike: that is no chance."""
    random = np.random.default_rng(3)
    hard = random.uniform(0, 5, 30)
    table = pd.concat([rows("one", list(hard + 0.2)), rows("other", list(hard))])
    (row,) = compare_all(table, {}).to_dict("records")
    assert row["difference_low"] > 0
    assert spread(rows("one", list(hard + 0.2)))[2] < row["other_der"]


def test_corpora_are_compared_each_and_together():
    table = pd.concat(
        rows(system, [wrong, wrong], corpus=corpus)
        for corpus in ("c", "d")
        for system, wrong in (("one", 3.0), ("other", 2.0))
    )
    found = compare_all(table, {})
    assert list(found["corpus"]) == ["c", "d", "ALL"]
    assert list(found["recordings"]) == [2, 2, 4]


def test_systems_that_share_no_recording_are_not_compared_and_the_columns_stay():
    table = pd.concat([rows("one", [1.0], names=["p"]), rows("other", [1.0], names=["q"])])
    assert list(compare_all(table, {}).columns) == list(compare_all(table.iloc[:0], {}).columns)
    assert len(compare_all(table, {})) == 0


def test_the_count_matrix_counts_recordings():
    table = pd.concat([rows("a", [1.0, 1.0, 1.0], found=[2, 3, 3]), rows("b", [1.0])])
    found = count_speakers(pd.concat([table, table.assign(protocol="fair")]))
    assert found.to_numpy().tolist() == [
        ["c", "a", False, 2, 2, 1],
        ["c", "a", False, 2, 3, 2],
        ["c", "b", False, 2, 2, 1],
    ]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 10)), min_size=2, max_size=6))
def test_the_interval_lies_between_the_best_and_the_worst_recording(parts):
    wrong, spoken = np.array(parts).T
    low, high = interval(wrong[:, None], spoken[:, None])[:, 0]
    rates = 100 * wrong / spoken
    assert rates.min() - 1e-6 <= low <= high <= rates.max() + 1e-6
