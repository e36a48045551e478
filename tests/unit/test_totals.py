"""der.csv and what lies beside it, out of scores of recordings."""

import pandas as pd
import pytest

from diarflow.report.markdown import write_markdown
from diarflow.scoring.totals import (
    ADDED,
    COLUMNS,
    RATES,
    of_recordings,
    read_csv,
    rounded,
    totals,
    with_rates,
    write_csv,
    write_parquet,
)

CONTENT = {"collar_each_side": 0.25, "systems": {"s": {"speech": "webrtc", "clustering": "kmeans"}}}


def scores(*parts, corpus="c"):
    """Rows of recordings r0, r1, ... out of some of their columns; 10 s scored, of which 8 are speech."""
    usual = dict.fromkeys(ADDED, 0) | {
        "scored_seconds": 10.0,
        "reference_seconds": 8.0,
        "speech_seconds": 8.0,
    }
    head = {
        "corpus": corpus,
        "system": "s",
        "speakers_given": False,
        "set_aside": None,
        "extent": "audio",
    }
    rows = [
        head | usual | part | {"protocol": protocol, "recording": f"r{place}"}
        for place, part in enumerate(parts)
        for protocol in ("full", "fair", "forgiving")
    ]
    return with_rates(pd.DataFrame(rows))


def first(table, name="ALL"):
    return table[(table["recording"] == name) & (table["protocol"] == "full")].iloc[0]


def test_every_rate_is_in_percent_of_its_own_whole():
    one = scores(
        {
            "missed": 1.0, "false_alarm": 0.5, "confusion": 2.0,
            "overlap_reference_seconds": 4.0, "overlap_missed": 1.0, "overlap_confusion": 1.0,
            "vad_missed": 0.8, "vad_false_alarm": 0.5,
            "jer_errors": 0.5, "jer_speakers": 2,
            "hypothesis_seconds": 5.0, "pure_seconds": 4.0, "covered_seconds": 6.0,
        }
    ).iloc[0]  # fmt: skip
    assert one[list(RATES)].to_dict() == pytest.approx(
        {
            "der": 100 * 3.5 / 8, "missed_percent": 12.5, "false_alarm_percent": 6.25,
            "confusion_percent": 25.0, "jer": 25.0, "overlap_der": 50.0, "vad_missed_percent": 10.0,
            "vad_false_alarm_percent": 25.0, "purity": 80.0, "coverage": 75.0,
        }
    )  # fmt: skip


def test_a_rate_without_a_whole_is_empty():
    nothing = dict.fromkeys(["reference_seconds", "speech_seconds", "scored_seconds"], 0.0)
    assert scores({"false_alarm": 2.0} | nothing).iloc[0][list(RATES)].isna().all()


def test_speech_that_rounding_left_over_is_no_speech():
    """A reference wholly within collars may leave a sum of 1e-16 s, and false alarms no rate."""
    hair = {"reference_seconds": 1e-16, "speech_seconds": 1e-16, "false_alarm": 2.0}
    table = totals(scores({"missed": 1.0}, hair))
    assert (first(table)["der"], first(table)["der_mean"]) == (37.5, 12.5)
    assert pd.isna(scores(hair).iloc[0]["der"])


def test_totals_are_sums_over_sums_with_mean_and_median_beside_them():
    """2 of 8 s and 1 of 2 s: 3 of 10 s together, 25 and 50 % each."""
    table = totals(scores({"missed": 2.0}, {"missed": 1.0, "reference_seconds": 2.0}))
    one = first(table)
    assert (one["der"], one["der_mean"], one["der_median"]) == (30.0, 37.5, 37.5)
    assert 25.0 <= one["der_low"] <= one["der_high"] <= 50.0
    assert one["recordings"] == 2


def test_the_speaker_count_error_is_the_mean_of_how_many_are_too_many_or_too_few():
    counts = [(2, 3), (3, 1), (2, 2)]
    parts = [{"reference_speakers": r, "found_speakers": f} for r, f in counts]
    table = scores(*parts)
    assert list(table["speaker_count_error"])[::3] == [1.0, 2.0, 0.0]
    assert first(totals(table))["speaker_count_error"] == 1.0


def test_what_was_set_aside_counts_in_all_and_not_in_completed():
    table = totals(scores({"missed": 8.0, "set_aside": "prepare_audio"}, {"missed": 1.0}))
    assert (first(table)["der"], first(table, "COMPLETED")["der"]) == (56.25, 12.5)


def test_results_add_in_any_order_and_grouping():
    one, two, three = (
        {"missed": m, "jer_errors": m / 8, "jer_speakers": 1} for m in (1.0, 2.0, 4.0)
    )
    forth, back = (
        first(totals(scores(*parts))) for parts in ((one, two, three), (three, one, two))
    )
    summed = [*ADDED, *RATES, "der_mean", "der_median"]
    assert forth[summed].astype(float).equals(back[summed].astype(float))


@pytest.fixture
def der():
    table = scores({"missed": 1.0, "jer_errors": 0.25, "jer_speakers": 1}, {"missed": 2.0})
    return rounded([table, totals(table)])


def test_csv_and_parquet_hold_the_same(tmp_path, der):
    write_csv(tmp_path / "der.csv", der)
    write_parquet(tmp_path / "der.parquet", der)
    read = pd.read_parquet(tmp_path / "der.parquet")
    assert list(read.columns) == COLUMNS
    pd.testing.assert_frame_equal(read_csv(tmp_path / "der.csv"), read, check_dtype=False)


def test_the_first_columns_keep_their_places(der):
    assert list(der.columns)[:10] == [
        "corpus", "system", "recording", "protocol", "scored_seconds", "reference_seconds",
        "missed", "false_alarm", "confusion", "der",
    ]  # fmt: skip


def test_the_rows_of_recordings_are_found_again(tmp_path, der):
    write_csv(tmp_path / "der.csv", der)
    write_csv(tmp_path / "empty.csv", der.iloc[:0])
    tables = [read_csv(tmp_path / name) for name in ("empty.csv", "der.csv")]
    assert set(of_recordings(tables)["recording"]) == {"r0", "r1"}
    assert len(of_recordings(tables[:1])) == 0


def test_the_markdown_table_has_a_row_a_system_with_its_interval_and_a_stamp(tmp_path, der):
    path = tmp_path / "results" / "c" / "reference" / "r0.rttm"
    path.parent.mkdir(parents=True)
    path.write_text("SPEAKER r0 1 0 8 <NA> <NA> A <NA> <NA>\n")
    write_markdown(tmp_path / "der.md", der, CONTENT, references=[str(path)])
    head, rule, row, *stamp = (tmp_path / "der.md").read_text().splitlines()
    assert head == "| corpus | system | recordings | hours | full | fair | forgiving | JER |"
    rate = "18.75 (12.50 to 25.00)"
    assert row == f"| c | s | 2 | 0.01 | {rate} | {rate} | {rate} | 25.00 |"
    assert rule.count("|") == head.count("|")
    text = "\n".join(stamp)
    assert (
        "0.25 s left out on each side" in text and "- s: speech webrtc, clustering kmeans" in text
    )
    assert "references of c: sha256 " in text


def test_what_was_completed_has_a_row_of_its_own_where_it_differs(tmp_path):
    table = scores({"missed": 8.0, "set_aside": "prepare_audio"}, {"missed": 1.0})
    write_markdown(tmp_path / "der.md", rounded([table, totals(table)]), CONTENT, references=[])
    rows = (tmp_path / "der.md").read_text().splitlines()[2:4]
    assert rows[0].startswith("| c | s | 2 | 0.01 | 56.25 (")
    assert rows[1] == "| c | s, completed alone | 1 | 0.00 | 12.50 | 12.50 | 12.50 |  |"


def test_without_scores_the_markdown_table_has_no_rows(tmp_path, der):
    write_markdown(tmp_path / "der.md", der.iloc[:0], CONTENT, references=[])
    assert (tmp_path / "der.md").read_text().splitlines()[2] == ""
