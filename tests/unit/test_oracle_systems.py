"""The setting `oracles` adds a system for each stage that can be taken from the reference."""

import pytest
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.oracle_systems import with_oracles
from diarflow.planning.recording import Recording

ORACLES = {"systems": {"best": {"oracles": True}}}
REFERENCE = Recording("c", "a", "a", "a.wav", reference="a.rttm")
NO_REFERENCE = Recording("c", "b", "b", "b.wav")


def expanded(overlay, *recordings):
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["best", "fast"]}
    return with_oracles(settings({"corpora": [corpus]} | overlay), recordings)


def test_each_variant_replaces_one_stage_or_the_number_of_speakers():
    result, warnings = expanded(ORACLES, REFERENCE)
    added = ["speech", "changes", "overlap", "clustering", "count"]
    names = [f"best-oracle-{part}" for part in added]
    assert result.systems_of(result.corpora[0]) == ["best", "fast", *names]
    best, speech = result.systems["best"], result.systems["best-oracle-speech"]
    assert (speech.speech, speech.turns) == ("oracle", best.turns)
    count = result.clustering[result.systems["best-oracle-count"].clustering]
    assert count == result.clustering["consensus"].model_copy(update={"speaker_count": "oracle"})
    assert warnings == []


def test_a_corpus_with_a_recording_without_a_reference_runs_without_them_and_warns():
    result, warnings = expanded(ORACLES, REFERENCE, NO_REFERENCE)
    assert result.systems_of(result.corpora[0]) == ["best", "fast"]
    assert warnings == [
        "corpus c: oracles: the 5 variants with an oracle do not run, because 1 recordings have no reference"
    ]


def test_configured_systems_with_the_same_stages_are_used():
    result, _ = expanded(
        {"systems": {"classic": {"oracles": True}}, "corpora": [
            {"name": "c", "recordings": "c.tsv", "systems": ["classic"]}
        ]}, REFERENCE,
    )  # fmt: skip
    assert "classic-oracle-speech" in result.systems_of(result.corpora[0])


def test_another_system_with_the_name_of_a_variant_is_an_error():
    other = settings({}).systems["fast"].model_dump(exclude_unset=True)
    with pytest.raises(InputError, match=r"systems\.best-oracle-speech differs from the variant"):
        expanded({"systems": {"best": {"oracles": True}, "best-oracle-speech": other}}, REFERENCE)


def test_an_imported_system_has_no_oracles():
    with pytest.raises(InputError, match="has oracles, which belongs to stages"):
        settings({"systems": {"theirs": {"rttm": "x", "oracles": True}}})


def test_without_the_setting_nothing_changes():
    before = settings({})
    assert with_oracles(before, [])[0] is before
