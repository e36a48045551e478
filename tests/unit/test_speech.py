"""Voice activity detection; the numbers of mended bugs are those of docs/method.md."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from diarflow.formats.rttm import write_rttm
from diarflow.settings.stages import Oracle, SegmentationSpeech, SileroSpeech, WebrtcSpeech
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.speech import DETECTORS, silero, webrtc
from diarflow.speech.regions import runs, smooth
from diarflow.timeline.intervals import Interval

PLAIN = {"min_speech": 0.0, "min_silence": 0.0, "padding": 0.0}
SETTINGS = {
    one.backend: one.model_dump()
    for one in (WebrtcSpeech(), SegmentationSpeech(), SileroSpeech(), Oracle())
}


def lengths(intervals):
    return [(round(i.start, 3), round(i.end, 3)) for i in intervals]


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("samples", [1, 100, 16_000])
def test_silence_of_any_length_holds_no_speech(name, samples, tmp_path, segmented):
    soundfile.write(tmp_path / "a.wav", np.zeros(samples, np.int16), 16_000)
    write_rttm(tmp_path / "a.rttm", "a", [])
    files = SimpleNamespace(
        audio=tmp_path / "a.wav",
        activations=segmented(("", 2 + samples // 160)),
        reference=tmp_path / "a.rttm",
    )
    assert DETECTORS[name].load(**SETTINGS[name])(files) == []


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_finds_the_turns_and_the_same_twice(name, tmp_path, segmented):
    turns = synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=2, turns=3, pause=3.0)
    marks = [0]
    for turn in turns:
        marks += [round(turn.start * 100), round(turn.end * 100)]
    runs = [(["", "0"][n % 2], b - a) for n, (a, b) in enumerate(itertools.pairwise(marks))]
    write_rttm(tmp_path / "a.rttm", "a", turns)
    files = SimpleNamespace(
        audio=tmp_path / "a.wav",
        activations=segmented(*runs, ("", 50)),
        reference=tmp_path / "a.rttm",
    )
    detect = DETECTORS[name].load(**SETTINGS[name])
    found = detect(files)
    assert found == detect(files)
    for turn in turns:
        heard = sum(max(0, min(i.end, turn.end) - max(i.start, turn.start)) for i in found)
        assert heard > 0.7 * (turn.end - turn.start)
    assert sum(i.end - i.start for i in found) < 1.3 * sum(t.end - t.start for t in turns)


def test_short_speech_of_the_network_is_dropped_and_short_silence_bridged(segmented):
    files = SimpleNamespace(
        activations=segmented(("", 50), ("0", 5), ("", 50), ("1", 40), ("", 20), ("0", 40))
    )
    plain = SETTINGS["segmentation"]
    detect = DETECTORS["segmentation"].load(**plain)
    assert lengths(detect(files)) == [(1.05, 1.45), (1.65, 2.05)]
    detect = DETECTORS["segmentation"].load(**plain | {"min_silence": 0.3, "min_speech": 0.0})
    assert lengths(detect(files)) == [(0.5, 0.55), (1.05, 2.05)]


def test_silero_gives_the_same_scores_whatever_the_blocks(tmp_path, monkeypatch):
    from diarflow.networks.onnx import session

    synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=2)
    network = session("silero.onnx")
    whole = silero.probabilities(network, tmp_path / "a.wav")
    assert len(whole) == -(-soundfile.info(tmp_path / "a.wav").frames // 512)
    monkeypatch.setattr(silero, "_BLOCK", 7)
    np.testing.assert_allclose(silero.probabilities(network, tmp_path / "a.wav"), whole, atol=1e-5)


def test_speech_at_the_start_is_speech_and_not_the_gaps():  # bug 1
    assert runs([True, True, False, True], frame=1.0) == [Interval(0.0, 2.0), Interval(3.0, 4.0)]


def test_speech_that_runs_to_the_end_is_closed_there():  # bug 2
    assert runs([False, True], frame=1.0) == [Interval(1.0, 2.0)]


def test_silence_holds_no_speech():
    assert runs([], frame=1.0) == runs([False, False], frame=1.0) == []


@given(st.lists(st.booleans()))
def test_runs_hold_exactly_the_frames_that_were_decided_for(decisions):
    inside = [
        any(r.start <= n < r.end for r in runs(decisions, frame=1)) for n in range(len(decisions))
    ]
    assert inside == decisions


@pytest.mark.parametrize("frame_ms", [10, 20, 30])
def test_the_last_frame_is_decided_on_whole_or_partial(tmp_path, frame_ms):  # bugs 3 and 4
    for extra, frames in ((0, 5), (1, 6), (-1, 5)):
        path = tmp_path / "a.wav"
        soundfile.write(path, np.zeros(5 * 16 * frame_ms + extra, np.int16), 16_000)
        assert len(list(webrtc.decisions(path, 2, frame_ms))) == frames


def test_short_silence_is_bridged_before_short_speech_is_dropped():  # bug 5
    found = [Interval(0.0, 0.2), Interval(0.3, 0.5), Interval(2.0, 2.1)]
    extent = Interval(0.0, 3.0)
    assert smooth(found, min_speech=0.4, min_silence=0.15, padding=0.0, extent=extent) == [
        Interval(0.0, 0.5)
    ]
    assert smooth(found, min_speech=0.4, min_silence=0.05, padding=0.0, extent=extent) == []


def test_padding_ends_with_the_recording():
    found = smooth([Interval(0.1, 0.9)], **PLAIN | {"padding": 0.5}, extent=Interval(0.0, 1.0))
    assert found == [Interval(0.0, 1.0)]


def test_the_detector_starts_anew_for_each_recording(tmp_path):
    synthesize_dialogue(tmp_path / "a.wav", seed=0, speakers=2, turns=3)
    detect = DETECTORS["webrtc"].load(backend="webrtc", aggressiveness=3, frame_ms=10, **PLAIN)
    first = detect(SimpleNamespace(audio=tmp_path / "a.wav"))
    assert detect(SimpleNamespace(audio=tmp_path / "a.wav")) == first != []


def test_webrtc_finds_the_turns_of_a_dialogue_with_long_pauses(tmp_path):
    turns = synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=2, turns=3, pause=3.0)
    detect = webrtc.load(
        aggressiveness=3, frame_ms=10, min_speech=0.2, min_silence=0.5, padding=0.0
    )
    found = detect(SimpleNamespace(audio=tmp_path / "a.wav"))
    assert len(found) == len(turns)
    for speech, turn in zip(found, turns, strict=True):
        assert abs(speech.start - turn.start) < 0.1 and abs(speech.end - turn.end) < 0.4
