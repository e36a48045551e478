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


def test_only_audio_that_a_rule_makes_is_an_input_of_jobs():
    assert Recording("c", "a", "a", "a.wav").source_audio() == []
    made = Recording("c", "a", "a", "results/c/simulated/a.wav")
    assert made.source_audio() == ["results/c/simulated/a.wav"]
    assert made.row_parts()["audio"]["stamps"] == []
