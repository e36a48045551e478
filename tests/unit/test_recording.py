"""A recording of a table: its id, its inputs of jobs, and the parts of its row."""

import pytest
from snakemake.io import PeriodicityDetector

from diarflow.channel_ids import channel_id
from diarflow.planning.recording import Recording
from diarflow.planning.recording_ids import safe_id


@pytest.mark.parametrize(
    "name",
    [
        "Interview Müller",
        "my call (1)",
        "2026.05.01",
        "會議",
        "हिन्दी",
        "abcdefghijkl" * 10,
        "_a",
        "ALL 2",
    ],
)
def test_a_safe_name_is_the_id(name):
    assert safe_id(name) == name


def test_accents_of_an_id_are_composed():
    assert safe_id("Mu\u0308ller") == "Müller"


def test_without_utf_8_in_file_names_ids_are_ascii(monkeypatch):
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "latin-1")
    assert safe_id("Interview Müller").startswith("Interview M ller-")


@pytest.mark.parametrize(
    "name",
    [
        "-a", "../a", "a/b", "abcdefghijkl" * 10 + "x", "ALL", ".a", "a\nb", ";x", "a  b", "a ", "a.", "(1)", "a{b}", "a'b", "a,b",
        "a=b", "a$b", "ü" * 61, "\u202eabc", "call-" + "0" * 20, "ab" * 20,
    ],
)  # fmt: skip
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


@pytest.mark.parametrize(
    "name", ["0" * 19, "0" * 20, "0" * 99, "ab" * 25, "x" + "12345" * 19, "_ch1" * 19, "ch2" * 20]
)
def test_no_id_is_periodic_for_snakemake(name):
    detector = PeriodicityDetector()
    ids = [safe_id(name), *(channel_id(safe_id(name), channel) for channel in range(1, 12))]
    assert not any(map(detector.is_periodic, ids))
    assert safe_id("0" * 19) == "0" * 19
