"""Speech detection. Numbers of bugs are those of docs/method.md."""

import itertools

import numpy as np
import pytest
import soundfile

from diarflow.networks.chunks import read_chunks
from diarflow.networks.onnx import session
from diarflow.settings.base import Oracle
from diarflow.settings.speech import SegmentationSpeech, SileroSpeech, WebrtcSpeech
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.speech import DETECTORS, silero, webrtc
from diarflow.speech.smoothing import smooth
from diarflow.timeline.intervals import Interval

NO_SMOOTHING = {"min_speech": 0.0, "min_silence": 0.0, "padding": 0.0}
SETTINGS = {
    block.backend: block.model_dump()
    for block in (WebrtcSpeech(), SegmentationSpeech(), SileroSpeech(), Oracle())
}


def rounded(intervals):
    return [(round(i.start, 3), round(i.end, 3)) for i in intervals]


@pytest.mark.parametrize("backend", DETECTORS)
@pytest.mark.parametrize("samples", [1, 100, 16_000])
def test_silence_of_any_length_contains_no_speech(backend, samples, tmp_path, segmented):
    soundfile.write(tmp_path / "a.wav", np.zeros(samples, np.int16), 16_000)
    speech = DETECTORS[backend].load(**SETTINGS[backend])(
        audio=tmp_path / "a.wav",
        activations=read_chunks(segmented(("", 2 + samples // 160))),
        reference=[],
    )
    assert speech == []


@pytest.mark.parametrize("backend", DETECTORS)
def test_every_detector_finds_the_turns_and_is_deterministic(backend, tmp_path, segmented):
    turns = synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=2, turns=3, pause=3.0)
    frames = [0, *(round(time * 100) for turn in turns for time in (turn.start, turn.end))]
    runs = [(["", "0"][n % 2], b - a) for n, (a, b) in enumerate(itertools.pairwise(frames))]
    inputs = {
        "audio": tmp_path / "a.wav",
        "activations": read_chunks(segmented(*runs, ("", 50))),
        "reference": turns,
    }
    detect = DETECTORS[backend].load(**SETTINGS[backend])
    speech = detect(**inputs)
    assert speech == detect(**inputs)
    for turn in turns:
        detected = sum(max(0, min(i.end, turn.end) - max(i.start, turn.start)) for i in speech)
        assert detected > 0.7 * (turn.end - turn.start)
    assert sum(i.end - i.start for i in speech) < 1.3 * sum(t.end - t.start for t in turns)


def test_short_speech_of_the_network_is_dropped_and_short_silence_is_bridged(segmented):
    chunks = read_chunks(segmented(("", 50), ("0", 5), ("", 50), ("1", 40), ("", 20), ("0", 40)))
    settings = SETTINGS["segmentation"] | {"min_silence": 0.0, "padding": 0.0}
    detect = DETECTORS["segmentation"].load(**settings)
    assert rounded(detect(activations=chunks)) == [(1.05, 1.45), (1.65, 2.05)]
    detect = DETECTORS["segmentation"].load(**settings | {"min_silence": 0.3, "min_speech": 0.0})
    assert rounded(detect(activations=chunks)) == [(0.5, 0.55), (1.05, 2.05)]


def test_silero_returns_the_same_scores_for_any_block_size(tmp_path, monkeypatch):
    synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=2)
    network = session("silero.onnx")
    expected = silero.speech_probabilities(network, tmp_path / "a.wav")
    assert len(expected) == -(-soundfile.info(tmp_path / "a.wav").frames // 512)
    monkeypatch.setattr(silero, "_BLOCK", 7)
    scores = silero.speech_probabilities(network, tmp_path / "a.wav")
    np.testing.assert_allclose(scores, expected, atol=1e-5)


@pytest.mark.parametrize("frame_ms", [10, 20, 30])
def test_webrtc_decides_on_the_last_frame_even_if_it_is_partial(tmp_path, frame_ms):  # bugs 3, 4
    for extra_samples, frames in ((0, 5), (1, 6), (-1, 5)):
        path = tmp_path / "a.wav"
        soundfile.write(path, np.zeros(5 * 16 * frame_ms + extra_samples, np.int16), 16_000)
        assert len(list(webrtc.frame_decisions(path, 2, frame_ms))) == frames


def test_webrtc_starts_each_recording_with_a_new_detector(tmp_path):
    synthesize_dialogue(tmp_path / "a.wav", seed=0, speakers=2, turns=3)
    detect = webrtc.load(aggressiveness=3, frame_ms=10, **NO_SMOOTHING)
    first = detect(audio=tmp_path / "a.wav")
    assert detect(audio=tmp_path / "a.wav") == first != []


def test_webrtc_finds_the_turns_of_a_dialogue_with_long_pauses(tmp_path):
    turns = synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=2, turns=3, pause=3.0)
    detect = webrtc.load(
        aggressiveness=3, frame_ms=10, min_speech=0.2, min_silence=0.5, padding=0.0
    )
    speech = detect(audio=tmp_path / "a.wav")
    assert len(speech) == len(turns)
    for interval, turn in zip(speech, turns, strict=True):
        assert abs(interval.start - turn.start) < 0.1 and abs(interval.end - turn.end) < 0.4


def test_short_silence_is_bridged_before_short_speech_is_dropped():  # bug 5
    speech = [Interval(0.0, 0.2), Interval(0.3, 0.5), Interval(2.0, 2.1)]
    extent = Interval(0.0, 3.0)
    assert smooth(speech, min_speech=0.4, min_silence=0.15, padding=0.0, extent=extent) == [
        Interval(0.0, 0.5)
    ]
    assert smooth(speech, min_speech=0.4, min_silence=0.05, padding=0.0, extent=extent) == []


def test_padding_does_not_exceed_the_recording():
    extent = Interval(0.0, 1.0)
    padded = smooth([Interval(0.1, 0.9)], **NO_SMOOTHING | {"padding": 0.5}, extent=extent)
    assert padded == [extent]
