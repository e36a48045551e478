"""Durations of recordings, by which their jobs request time and memory."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from sessions import open_session, write_corpus

from diarflow.planning.durations import expected_duration

PREPARED = "results/c/audio/a.wav"


@pytest.fixture(autouse=True)
def folder(planning_folder):
    return planning_folder


def write_prepared(seconds):
    Path(PREPARED).parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(PREPARED, np.zeros(round(seconds * 16_000), np.int16), 16_000)


def test_the_duration_is_that_of_the_prepared_audio_or_else_of_the_source():
    """A source of raw speech, of which only part can be decoded, is longer or shorter than its header."""
    session = open_session({"corpora": [write_corpus("a", seconds=0.5)]})
    assert expected_duration(session, "c", "a") == 0.5
    write_prepared(0.25)
    assert expected_duration(session, "c", "a") == 0.25


def test_a_simulated_recording_has_the_duration_of_its_settings():
    Path("speakers").mkdir()
    simulate = {"speakers": "speakers", "conversations": 1, "duration": 45.0}
    session = open_session({"corpora": [{"name": "c", "simulate": simulate}]})
    (id,) = session.plan.ids("c")
    assert expected_duration(session, "c", id) == 45.0


@pytest.mark.parametrize("content", [None, b"", b"no audio"], ids=["missing", "empty", "other"])
def test_a_recording_without_a_readable_header_counts_ten_minutes(content):
    session = open_session({"corpora": [write_corpus("a")]})
    Path("a.wav").unlink()
    if content is not None:
        Path("a.wav").write_bytes(content)
    assert expected_duration(session, "c", "a") == 600.0
    assert expected_duration(session, "c", "unknown") == 600.0


def test_empty_prepared_audio_counts_as_not_prepared():
    """The placeholder of a recording that was set aside."""
    session = open_session({"corpora": [write_corpus("a", seconds=0.5)]})
    write_prepared(0)
    assert expected_duration(session, "c", "a") == 0.5
