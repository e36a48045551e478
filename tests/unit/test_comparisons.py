"""Paired comparisons of systems, and the table of speaker counts."""

import numpy as np
import pandas as pd

from diarflow.scoring.comparisons import COLUMNS, compare_systems
from diarflow.scoring.speaker_counts import tabulate_speaker_counts
from diarflow.scoring.totals import der_statistics


def rows(system, missed, *, corpus="c", recordings=None, hypothesis_speakers=2):
    """Return a row for each recording of a system, each with 10 s of speech and no error but missed speech."""
    return pd.DataFrame(
        {
            "corpus": corpus,
            "system": system,
            "protocol": "full",
            "recording": recordings or [f"r{index}" for index in range(len(missed))],
            "missed": missed,
            "false_alarm": 0.0,
            "confusion": 0.0,
            "reference_seconds": 10.0,
            "reference_speakers": 2,
            "hypothesis_speakers": hypothesis_speakers,
            "speakers_given": False,
        }
    )


def test_two_systems_are_compared_on_their_common_recordings():
    """On r0 and r1 their DER is 30 % and 20 %; r2 belongs to a only."""
    table = pd.concat([rows("a", [3.0, 3.0, 9.0]), rows("b", [2.0, 2.0])])
    (row,) = compare_systems(table, {}).to_dict("records")
    assert (row["system"], row["other"], row["recordings"]) == ("a", "b", 2)
    assert (row["system_der"], row["other_der"], row["difference"]) == (30.0, 20.0, 10.0)
    assert (row["difference_low"], row["difference_high"]) == (10.0, 10.0)


def test_the_interval_of_a_difference_is_narrower_than_the_intervals_of_the_systems():
    """The DER differs much between recordings, and always by the same small amount between the systems."""
    missed = np.random.default_rng(3).uniform(0, 5, 30)
    a, b = rows("a", list(missed + 0.2)), rows("b", list(missed))
    (row,) = compare_systems(pd.concat([a, b]), {}).to_dict("records")
    _, _, low, _ = der_statistics(a)
    assert row["difference_low"] > 0
    assert low < row["other_der"]


def test_systems_are_compared_in_each_corpus_and_over_all():
    table = pd.concat(
        rows(system, [missed, missed], corpus=corpus)
        for corpus in ("c", "d")
        for system, missed in (("a", 3.0), ("b", 2.0))
    )
    comparisons = compare_systems(table, {})
    assert list(comparisons["corpus"]) == ["c", "d", "ALL"]
    assert list(comparisons["recordings"]) == [2, 2, 4]


def test_systems_without_common_recordings_give_a_table_without_rows():
    table = pd.concat([rows("a", [1.0], recordings=["p"]), rows("b", [1.0], recordings=["q"])])
    for comparisons in (compare_systems(table, {}), compare_systems(table.iloc[:0], {})):
        assert list(comparisons.columns) == COLUMNS and len(comparisons) == 0


def test_speaker_counts_are_numbers_of_recordings():
    table = pd.concat([rows("a", [1.0, 1.0, 1.0], hypothesis_speakers=[2, 3, 3]), rows("b", [1.0])])
    counts = tabulate_speaker_counts(pd.concat([table, table.assign(protocol="fair")]))
    assert counts.to_numpy().tolist() == [
        ["c", "a", False, 2, 2, 1],
        ["c", "a", False, 2, 3, 2],
        ["c", "b", False, 2, 2, 1],
    ]
