"""A recording of a table: its id, its inputs of jobs, and the parts of its row."""

import pytest

from diarflow.planning.recording import Recording, safe_id


@pytest.mark.parametrize(
    "name", ["a b", "-a", "../a", "a/b", "ä", "x" * 101, "ALL", ".a", "a\nb", ";x"]
)
def test_an_unsafe_name_gets_a_safe_and_unique_id(name):
    id = safe_id(name)
    assert id != name and safe_id(id) == id and id != safe_id(name + "x")


def test_a_reference_made_by_a_rule_is_an_input():
    recording = Recording("c", "a", "a", "a.wav", reference="results/x/a.rttm")
    assert recording.source_annotations() == ["results/x/a.rttm"]
    assert recording.row_parts()["reference"]["stamps"] == []


@pytest.mark.parametrize(
    ("name", "is_input"), [("a.wav", True), ("<b>.wav", False), ("{c}.wav", False)]
)
def test_a_file_name_that_snakemake_misreads_is_watched_by_size_and_time(tmp_path, name, is_input):
    path = tmp_path / name
    path.write_bytes(b"12345")
    recording = Recording("c", "a", "a", str(path))
    stamps = [] if is_input else [[5, path.stat().st_mtime_ns]]
    assert recording.row_parts()["audio"]["stamps"] == stamps
    assert recording.source_audio() == ([str(path)] if is_input else [])
