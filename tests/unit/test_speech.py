"""Speech detection. Numbers of bugs are those of docs/method.md."""

import itertools

import numpy as np
import pytest
import soundfile

from diarflow.audio.prepared import read_blocks
from diarflow.networks.chunks import read_chunks
from diarflow.networks.onnx import session
from diarflow.settings.base import Oracle
from diarflow.settings.speech import SegmentationSpeech, SileroSpeech, WebrtcSpeech
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.speech import DETECTORS, quiet_pauses, silero, webrtc
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
    settings = SETTINGS["segmentation"] | {"min_silence": 0.0, "padding": 0.0, "pause_level": 0.0}
    detect = DETECTORS["segmentation"].load(**settings)
    assert rounded(detect(audio=None, activations=chunks)) == [(1.05, 1.45), (1.65, 2.05)]
    detect = DETECTORS["segmentation"].load(**settings | {"min_silence": 0.3, "min_speech": 0.0})
    assert rounded(detect(audio=None, activations=chunks)) == [(0.5, 0.55), (1.05, 2.05)]


def _noise(path, *parts):
    """Write noise from pairs of seconds and amplitude."""
    random = np.random.default_rng(0)
    audio = [random.normal(0, amplitude, int(16_000 * s)) for s, amplitude in parts]
    soundfile.write(path, np.concatenate(audio), 16_000)
    return path


def _unsure(path, first, last, probability):
    """Set the probability of the active class of frames [first, last) in a file of activations."""
    values = np.load(path)
    values[0, first:last] *= probability
    np.save(path, values)
    return read_chunks(path)


@pytest.mark.parametrize(
    ("amplitude", "probability", "settings", "expected"),
    [
        (0.001, 0.7, {}, [(0.0, 2.0), (3.0, 5.0)]),
        (0.1, 0.7, {}, [(0.0, 5.0)]),  # as loud as speech
        (0.001, 0.95, {}, [(0.0, 5.0)]),  # the network is sure
        (0.001, 0.7, {"pause_score": 0.6}, [(0.0, 5.0)]),
        (0.001, 0.7, {"min_pause": 1.1}, [(0.0, 5.0)]),
        (0.001, 0.7, {"pause_level": 0.0}, [(0.0, 5.0)]),
    ],
)
def test_a_quiet_pause_of_which_the_network_is_unsure_is_no_speech(
    tmp_path, segmented, amplitude, probability, settings, expected
):
    audio = _noise(tmp_path / "a.wav", (2, 0.1), (1, amplitude), (2, 0.1), (1, 0.001))
    chunks = _unsure(segmented(("0", 500), ("", 100)), 200, 300, probability)
    detect = DETECTORS["segmentation"].load(
        **SETTINGS["segmentation"] | {"padding": 0.0} | settings
    )
    found = detect(audio=audio, activations=chunks)
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_the_level_of_a_tone_is_its_power_in_decibels(tone):
    """A sine of amplitude 0.3 has a mean square of 0.045, which is -13.47 dB."""
    found = quiet_pauses.levels(tone(seconds=1.0, level=0.3))
    assert len(found) == 100
    np.testing.assert_allclose(found[1:-1], -13.47, atol=0.1)


def test_levels_do_not_depend_on_the_blocks_that_are_read(tmp_path, monkeypatch):
    path = _noise(tmp_path / "a.wav", (1, 0.1), (1.005, 0.01))
    expected = quiet_pauses.levels(path)
    assert len(expected) == 201  # the last 5 ms are padded with zeros

    def short_blocks(path, samples):
        yield from read_blocks(path, 320)

    monkeypatch.setattr(quiet_pauses, "read_blocks", short_blocks)
    assert np.array_equal(quiet_pauses.levels(path), expected)


def test_levels_are_relative_to_background_and_speech_nearby():
    """Two parts of 60 s, the second 30 dB quieter: the same level is background in one and speech in the other."""
    speech = np.tile([True, False], 60)
    loud = np.where(speech, -20.0, -50.0)
    decibels = np.concatenate([loud, loud - 30])
    relative = quiet_pauses.relative_levels(decibels, np.tile(speech, 2), step=1.0)
    assert relative.tolist() == np.tile([1.0, 0.0], 120).tolist()


def test_digital_silence_is_no_background():
    """With the silence, the background would be -100 dB, and -50 dB a level of 0.625."""
    decibels = np.array([-100.0] * 5 + [-50.0] * 3 + [-20.0] * 2)
    relative = quiet_pauses.relative_levels(decibels, decibels > -30, step=0.01)
    assert relative[5:].tolist() == [0.0] * 3 + [1.0] * 2


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
