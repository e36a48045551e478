"""Tables of the report that need no JavaScript, from the rows of sample_report."""

from sample_report import DER, report_content

from diarflow.report.metrics import read_der
from diarflow.report.plain_tables import recording_rows


def test_each_recording_has_the_der_of_each_system(tmp_path):
    (tmp_path / "der.csv").write_text(DER)
    rows = recording_rows(
        read_der(tmp_path / "der.csv"), report_content()["recordings"], ["ours", "oracle-speech"]
    )
    a, b, failed = rows
    assert a["der"] == [43.75, None] and a["speakers"] == 2
    assert b["der"][0] != b["der"][0]  # no reference speech
    assert failed["der"] == [100.0, None] and failed["failed_rules"] == ["detect_speech"]
