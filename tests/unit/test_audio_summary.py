"""Line at the end of a run about notes on prepared audio."""

import pytest

from diarflow.audio.facts import facts_path, write_facts
from diarflow.runs.audio_summary import audio_lines

CUT = "The file is cut off: {} s of 9.0 s could be decoded."
CANCEL = "The channels cancel each other in 100 % of the audio: channel 1, the loudest, was used instead of their mean."


@pytest.fixture
def noted(tmp_path):
    """Return a function that writes the facts of a recording with notes."""

    def write(name, *notes):
        path = tmp_path / f"{name}.wav"
        write_facts(facts_path(path), {"samples": 1, "notes": notes})
        return str(path)

    return write


def test_notes_are_counted_by_kind(noted):
    paths = [noted("a", CUT.format(1.0)), noted("b", CUT.format(2.5)), noted("c", CANCEL), noted("d")]  # fmt: skip
    assert list(audio_lines(paths)) == [
        f"audio: {CUT.format(1.0).rstrip('.')} (a, b); {CANCEL.rstrip('.')} (c)"
    ]


def test_nothing_is_printed_without_notes(noted, tmp_path):
    (tmp_path / "x.json").write_text("{")
    assert list(audio_lines([noted("a"), str(tmp_path / "x.wav"), str(tmp_path / "no.wav")])) == []


def test_the_line_is_short(noted):
    words = "abcdefghijklmnop"
    notes = [f"A {word * 9} is wrong with the audio of this recording." for word in words]
    (line,) = audio_lines([noted("a" * 60, *notes), noted("b" * 60, *notes)])
    assert len(line) <= 300 and line.endswith("more kinds, see the notes in results/*/audio/*.json")


def test_the_channels_of_a_call_are_one_recording(noted):
    paths = [noted("x_ch1", CUT.format(1.0)), noted("x_ch2", CUT.format(1.0)), noted("y", CUT.format(2.0))]  # fmt: skip
    calls = dict.fromkeys(paths[:2], "x")
    assert list(audio_lines(paths, calls)) == [f"audio: {CUT.format(1.0).rstrip('.')} (x, y)"]
