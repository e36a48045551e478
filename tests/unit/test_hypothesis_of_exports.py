"""Hypothesis of a recording as exports read it from its artifacts."""

import json
from pathlib import Path

import pytest

from diarflow.artifacts.people_turns import write_people_turns
from diarflow.artifacts.tables import write_table
from diarflow.exports.hypothesis import read_hypothesis
from diarflow.formats.rttm import write_channels, write_rttm
from diarflow.planning.plan_files import PlanFiles
from diarflow.planning.recording import Recording
from diarflow.timeline.intervals import Turn
from diarflow.transcripts.words import Word

RTTM = "results/c/rttm/best/a.rttm"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_row(*ids, audio="data/a.m4a", name="Käthe"):
    PlanFiles([Recording("c", id, name, audio) for id in ids]).write()


def write_facts(id, seconds):
    path = Path(f"results/c/audio/{id}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"samples": round(seconds * 16_000)}))
    return str(path)


def test_a_recording_has_its_name_turns_and_absolute_paths_of_audio(folder):
    write_row("a")
    write_rttm(RTTM, "a", [Turn(3.0, 4.0, "B"), Turn(0.1, 0.3, "A")])
    recording = read_hypothesis(RTTM, ["a"], [write_facts("a", 5.5)])
    assert (recording.id, recording.name, recording.system) == ("a", "Käthe", "best")
    assert recording.turns == (Turn(0.1, 0.3, "A"), Turn(3.0, 4.0, "B"))  # 0.1 + 0.2 is above 0.3
    assert recording.audio == f"{folder}/data/a.m4a"
    assert recording.prepared == (f"{folder}/results/c/audio/a.wav",)
    assert (recording.duration, recording.channels, recording.words) == (5.5, (1, 1), ())


def test_a_call_has_the_turns_of_all_channels_and_the_length_of_the_longest():
    write_row("a_ch1", "a_ch2")
    write_channels(RTTM, "a", [[Turn(2.0, 3.0, "A")], [Turn(0.0, 1.0, "B"), Turn(4.0, 5.0, "B")]])
    facts = [write_facts("a_ch1", 6.0), write_facts("a_ch2", 7.0)]
    recording = read_hypothesis(RTTM, ["a_ch1", "a_ch2"], facts)
    assert [(turn.start, channel) for turn, channel in recording.numbered_turns] == [
        (0.0, 2), (2.0, 1), (4.0, 2),
    ]  # fmt: skip
    assert recording.duration == 7.0 and len(recording.prepared) == 2


def test_a_recording_without_audio_has_neither_paths_nor_a_length():
    """Also if its audio was set aside, so that the facts do not exist."""
    write_row("a", audio=None)
    write_rttm(RTTM, "a", [])
    for facts in ([], ["results/c/audio/a.json"]):
        recording = read_hypothesis(RTTM, ["a"], facts)
        assert (recording.audio, recording.prepared, recording.duration) == ("", (), 0.0)
        assert recording.turns == ()


def test_words_have_their_speakers_and_sentences():
    write_row("a")
    write_rttm(RTTM, "a", [Turn(0.0, 2.0, "A")])
    rows = [(0.0, 0.5, "Yes.", 0, "A"), (1.0, 1.5, "No.", 1, "")]
    write_table("words.parquet", "words", rows)
    assert read_hypothesis(RTTM, ["a"], words="words.parquet").words == tuple(
        Word(*row) for row in rows
    )


def test_another_path_is_an_error():
    with pytest.raises(ValueError, match=r"a.rttm: not the path of an artifact"):
        read_hypothesis("a.rttm", ["a"])


def test_turns_of_people_have_the_confidences_of_the_turns_that_they_were_merged_from():
    """By hand: B and C are one person. Of the merged turn 3 s have a confidence of 0.9, and 1 s has 0.5."""
    write_row("a")
    speakers = [(0.0, 2.0, "A", 0.7), (1.0, 4.0, "B", 0.9), (4.0, 5.0, "C", 0.5)]
    pieces = [
        (start, end, name, value, 1, number, value)
        for number, (start, end, name, value) in enumerate(speakers)
    ]
    write_table("confidence.parquet", "confidence", pieces)
    people = {"A": "Zoe", "B": "Ann", "C": "Ann"}
    rows = [(start, end, name, people[name], 1) for start, end, name, _ in speakers]
    write_people_turns("people.parquet", rows)
    linked = "results/c/linked/best/a.rttm"
    write_rttm(linked, "a", [Turn(0.0, 2.0, "Zoe"), Turn(1.0, 5.0, "Ann")])
    recording = read_hypothesis(
        linked, ["a"], confidence="confidence.parquet", speaker_turns="people.parquet"
    )
    assert recording.turns == (Turn(0.0, 2.0, "Zoe"), Turn(1.0, 5.0, "Ann"))
    assert recording.confidences == pytest.approx((0.7, 0.8))
