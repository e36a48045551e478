"""Rates and totals of scores, and the files der.csv, der.parquet and der.md."""

import numpy as np
import pandas as pd
import pytest

from diarflow.errors import InputError
from diarflow.report.markdown import write_markdown
from diarflow.scoring.totals import (
    COLUMNS,
    RATES,
    SUMMED_COLUMNS,
    add_rates,
    compute_totals,
    concatenate_rounded,
    der_statistics,
    read_csv,
    select_recordings,
    write_csv,
    write_parquet,
)

CONTENT = {"collar_each_side": 0.25, "systems": {"s": {"speech": "webrtc", "clustering": "kmeans"}}}


def scores(*changes, corpus="c"):
    """Return rows of recordings r0, r1, ... under all protocols, with 10 s scored and 8 s of speech.

    `changes` are the columns that differ from these, one dictionary for each recording.
    """
    defaults = dict.fromkeys(SUMMED_COLUMNS, 0) | {
        "corpus": corpus,
        "system": "s",
        "scored_seconds": 10.0,
        "reference_seconds": 8.0,
        "speech_seconds": 8.0,
        "speakers_given": False,
        "failed_rule": None,
        "extent": "audio",
    }
    rows = [
        defaults | columns | {"protocol": protocol, "recording": f"r{index}"}
        for index, columns in enumerate(changes)
        for protocol in ("full", "fair", "forgiving")
    ]
    return add_rates(pd.DataFrame(rows))


def total(table, name="ALL"):
    """Return the total under protocol full."""
    return table[(table["recording"] == name) & (table["protocol"] == "full")].iloc[0]


def test_each_rate_is_a_percentage_of_its_denominator():
    row = scores(
        {
            "missed": 1.0, "false_alarm": 0.5, "confusion": 2.0,
            "overlap_reference_seconds": 4.0, "overlap_missed": 1.0, "overlap_confusion": 1.0,
            "vad_missed": 0.8, "vad_false_alarm": 0.5,
            "jer_errors": 0.5, "jer_speakers": 2,
            "hypothesis_seconds": 5.0, "pure_seconds": 4.0, "covered_seconds": 6.0,
        }
    ).iloc[0]  # fmt: skip
    assert row[list(RATES)].to_dict() == pytest.approx(
        {
            "der": 100 * 3.5 / 8, "missed_percent": 12.5, "false_alarm_percent": 6.25,
            "confusion_percent": 25.0, "jer": 25.0, "overlap_der": 50.0, "vad_missed_percent": 10.0,
            "vad_false_alarm_percent": 25.0, "purity": 80.0, "coverage": 75.0,
        }
    )  # fmt: skip


def test_a_rate_without_a_denominator_is_empty():
    silence = dict.fromkeys(["reference_seconds", "speech_seconds", "scored_seconds"], 0.0)
    assert scores({"false_alarm": 2.0} | silence).iloc[0][list(RATES)].isna().all()


def test_speech_of_the_size_of_rounding_errors_is_no_speech():
    """A reference entirely within collars may have 1e-16 s of speech: its false alarms have no rate."""
    negligible = {"reference_seconds": 1e-16, "speech_seconds": 1e-16, "false_alarm": 2.0}
    row = total(compute_totals(scores({"missed": 1.0}, negligible)))
    assert (row["der"], row["der_mean"]) == (37.5, 12.5)
    assert pd.isna(scores(negligible).iloc[0]["der"])


def test_totals_are_sums_over_sums_beside_mean_and_median():
    """2 of 8 s and 1 of 2 s: 3 of 10 s together, 25 % and 50 % each."""
    row = total(compute_totals(scores({"missed": 2.0}, {"missed": 1.0, "reference_seconds": 2.0})))
    assert (row["der"], row["der_mean"], row["der_median"]) == (30.0, 37.5, 37.5)
    assert 25.0 <= row["der_low"] <= row["der_high"] <= 50.0
    assert row["recordings"] == 2


def test_the_speaker_count_error_of_a_total_is_the_mean_absolute_error():
    counts = [(2, 3), (3, 1), (2, 2)]
    table = scores(*({"reference_speakers": r, "hypothesis_speakers": h} for r, h in counts))
    assert list(table["speaker_count_error"])[::3] == [1.0, 2.0, 0.0]
    assert total(compute_totals(table))["speaker_count_error"] == 1.0


def test_failed_recordings_count_in_all_and_not_in_completed():
    failed = {"missed": 8.0, "failed_rule": "prepare_audio"}
    table = compute_totals(scores(failed, {"missed": 1.0}))
    assert (total(table)["der"], total(table, "COMPLETED")["der"]) == (56.25, 12.5)


def test_totals_do_not_depend_on_the_order_of_recordings():
    first, second, third = (
        {"missed": m, "jer_errors": m / 8, "jer_speakers": 1} for m in (1.0, 2.0, 4.0)
    )
    orders = ((first, second, third), (third, first, second))
    row, reordered = (total(compute_totals(scores(*order))) for order in orders)
    columns = [*SUMMED_COLUMNS, *RATES, "der_mean", "der_median"]
    assert row[columns].astype(float).equals(reordered[columns].astype(float))


def der_table(errors, speech):
    return pd.DataFrame(
        {"missed": errors, "false_alarm": 0.0, "confusion": 0.0, "reference_seconds": speech}
    )


def test_mean_and_median_are_over_recordings():
    """1 of 10 s, 2 of 10 s and 1 of 2 s: 10, 20 and 50 %."""
    mean, median, low, high = der_statistics(der_table([1.0, 2.0, 1.0], [10.0, 10.0, 2.0]))
    assert (mean, median) == (pytest.approx(80 / 3), 20.0)
    assert 10.0 <= low < 100 * 4 / 22 < high <= 50.0


def test_a_recording_without_speech_is_in_the_interval_and_not_in_the_mean():
    """10 % and 10 %, and 5 s of false alarm in a recording without speech."""
    mean, median, _, high = der_statistics(der_table([1.0, 1.0, 5.0], [10.0, 10.0, 0.0]))
    assert (mean, median) == (10.0, 10.0)
    assert high > 35.0


def test_equal_recordings_have_an_interval_of_width_zero_and_a_single_one_has_none():
    assert der_statistics(der_table([1.0] * 5, [10.0] * 5))[2:] == (10.0, 10.0)
    assert np.isnan(der_statistics(der_table([1.0], [10.0]))[2:]).all()


def test_recordings_without_speech_have_no_statistics():
    assert np.isnan(der_statistics(der_table([1.0, 1.0], [0.0, 0.0]))).all()


@pytest.fixture
def der():
    table = scores({"missed": 1.0, "jer_errors": 0.25, "jer_speakers": 1}, {"missed": 2.0})
    return concatenate_rounded([table, compute_totals(table)])


def test_csv_and_parquet_contain_the_same_table(tmp_path, der):
    write_csv(tmp_path / "der.csv", der)
    write_parquet(tmp_path / "der.parquet", der)
    read = pd.read_parquet(tmp_path / "der.parquet")
    assert list(read.columns) == COLUMNS
    pd.testing.assert_frame_equal(read_csv(tmp_path / "der.csv"), read, check_dtype=False)


def test_the_first_columns_keep_their_order(der):
    assert list(der.columns)[:10] == [
        "corpus", "system", "recording", "protocol", "scored_seconds", "reference_seconds",
        "missed", "false_alarm", "confusion", "der",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"), [("found_speakers", "hypothesis_speakers"), ("set_aside", "failed_rule")]
)
def test_a_csv_with_an_old_column_name_is_an_error_with_the_new_name(tmp_path, der, old, new):
    write_csv(tmp_path / "der.csv", der.rename(columns={new: old}))
    with pytest.raises(InputError, match=f"der.csv: column {old} has been renamed to {new}"):
        read_csv(tmp_path / "der.csv")


def test_rows_of_recordings_are_selected_without_totals(tmp_path, der):
    write_csv(tmp_path / "der.csv", der)
    write_csv(tmp_path / "empty.csv", der.iloc[:0])
    tables = [read_csv(tmp_path / name) for name in ("empty.csv", "der.csv")]
    assert set(select_recordings(tables)["recording"]) == {"r0", "r1"}
    assert len(select_recordings(tables[:1])) == 0


def test_the_markdown_table_has_a_row_for_each_system_followed_by_provenance(tmp_path, der):
    path = tmp_path / "results" / "c" / "reference" / "r0.rttm"
    path.parent.mkdir(parents=True)
    path.write_text("SPEAKER r0 1 0 8 <NA> <NA> A <NA> <NA>\n")
    write_markdown(tmp_path / "der.md", der, CONTENT, references=[str(path)])
    header, alignment, row, *explanation = (tmp_path / "der.md").read_text().splitlines()
    assert header == "| corpus | system | recordings | hours | full | fair | forgiving | JER |"
    rate = "18.75 (12.50 to 25.00)"
    assert row == f"| c | s | 2 | 0.01 | {rate} | {rate} | {rate} | 25.00 |"
    assert alignment.count("|") == header.count("|")
    text = "\n".join(explanation)
    assert "0.25 s left out on each side" in text
    assert "- s: speech webrtc, clustering kmeans" in text
    assert "references of c: sha256 " in text


def test_completed_recordings_have_a_markdown_row_if_some_failed(tmp_path):
    table = scores({"missed": 8.0, "failed_rule": "prepare_audio"}, {"missed": 1.0})
    der = concatenate_rounded([table, compute_totals(table)])
    write_markdown(tmp_path / "der.md", der, CONTENT, references=[])
    rows = (tmp_path / "der.md").read_text().splitlines()[2:4]
    assert rows[0].startswith("| c | s | 2 | 0.01 | 56.25 (")
    assert rows[1] == "| c | s, completed recordings only | 1 | 0.00 | 12.50 | 12.50 | 12.50 |  |"


def test_the_markdown_table_has_no_rows_without_scores(tmp_path, der):
    write_markdown(tmp_path / "der.md", der.iloc[:0], CONTENT, references=[])
    assert (tmp_path / "der.md").read_text().splitlines()[2] == ""
