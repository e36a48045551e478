"""Files of a call that contain all channels: the RTTM, and the audio for the player."""

import io
from base64 import b64decode

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from pyannote.database.util import load_rttm

from diarflow.audio import interleaved
from diarflow.audio.interleaved import read_interleaved, write_interleaved
from diarflow.formats.rttm import read_channels, read_turns, write_channels
from diarflow.report.audio_player import MB_PER_HOUR, embedded_audio
from diarflow.scoring.hypothesis import name_channel_speakers
from diarflow.timeline.intervals import Turn

MILLISECONDS = st.integers(0, 100_000).map(lambda number: number / 1000)
TURNS = st.builds(
    lambda start, length, speaker: Turn(start, round(start + length + 0.001, 3), speaker),
    MILLISECONDS, MILLISECONDS, st.integers(0, 3),
)  # fmt: skip


@given(st.lists(st.lists(TURNS, max_size=5), min_size=1, max_size=4))
def test_the_turns_of_each_channel_are_read_back(tmp_path_factory, channels):
    path = tmp_path_factory.getbasetemp() / "call.rttm"
    named = name_channel_speakers(channels)
    write_channels(path, "my call", named)
    read = read_channels(path, len(channels))
    for turns, expected in zip(read, named, strict=True):
        np.testing.assert_allclose(
            [turn[:2] for turn in turns], [turn[:2] for turn in sorted(expected)], atol=1e-9
        )
        assert [turn.speaker for turn in turns] == [turn.speaker for turn in sorted(expected)]
    assert len(read_turns(path)) == sum(map(len, channels))
    speakers = [{turn.speaker for turn in turns} for turns in named]
    assert len(set().union(*speakers)) == sum(map(len, speakers))


def test_other_tools_read_the_rttm_of_a_call_as_one_recording(tmp_path):
    path = tmp_path / "call.rttm"
    write_channels(path, "call", [[Turn(0.0, 2.0, "agent")], [Turn(1.0, 3.0, "customer")]])
    (annotation,) = load_rttm(path).values()
    assert annotation.uri == "call"
    turns = [(part.start, part.end, name) for part, _, name in annotation.itertracks(True)]
    assert turns == [(0.0, 2.0, "agent"), (1.0, 3.0, "customer")]


@pytest.fixture
def prepared(tmp_path):
    """Write prepared channels: tones of 200, 400, ... Hz, of 1 s; return their paths."""

    def write(channels):
        time = np.arange(16_000) / 16_000
        paths = []
        for number in range(1, channels + 1):
            paths.append(tmp_path / f"call_ch{number}.wav")
            soundfile.write(paths[-1], 0.3 * np.sin(400 * np.pi * number * time), 16_000, "PCM_16")
        return paths

    return write


def loudest_frequency(samples):
    return round(np.abs(np.fft.rfft(samples[:16_000])).argmax() * 16_000 / 16_000)


@pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 2), (3, 1)])
def test_the_embedded_audio_of_a_call_has_at_most_two_channels(prepared, channels, kept):
    text = embedded_audio(prepared(channels))
    decoded, rate = soundfile.read(io.BytesIO(b64decode(text.partition(",")[2])), always_2d=True)
    assert rate == 16_000 and decoded.shape[1] == kept
    if kept == 2:
        assert [loudest_frequency(decoded[:, channel]) for channel in (0, 1)] == [200, 400]


def test_embedded_audio_is_not_shifted_and_has_the_stated_size(tmp_path):
    """Noise in bursts of speech's length; the shift is that of the largest cross-correlation."""
    noise = np.random.default_rng(0).normal(scale=0.1, size=30 * 16_000)
    noise *= np.repeat(np.random.default_rng(1).integers(0, 2, 30), 16_000)
    soundfile.write(tmp_path / "a.wav", noise, 16_000, "PCM_16")
    text = embedded_audio([tmp_path / "a.wav"])
    assert text == embedded_audio([tmp_path / "a.wav"])
    assert 0.5 * MB_PER_HOUR < len(text) / 1e6 * 120 < 1.1 * MB_PER_HOUR
    decoded, _ = soundfile.read(io.BytesIO(b64decode(text.partition(",")[2])))
    assert len(decoded) == len(noise)
    spectra = [np.fft.rfft(samples, 2 * len(noise)) for samples in (noise, decoded)]
    shift = np.fft.irfft(spectra[0] * spectra[1].conj()).argmax()
    assert min(shift, 2 * len(noise) - shift) <= 16  # 1 ms


@pytest.mark.parametrize(("limit", "format"), [(2**32, "WAV"), (1000, "RF64")])
def test_audio_that_is_too_long_for_wav_is_written_as_rf64(
    prepared, tmp_path, monkeypatch, limit, format
):
    monkeypatch.setattr(interleaved, "_MAX_WAV_BYTES", limit)
    paths, target = prepared(2), tmp_path / "call.wav"
    write_interleaved(target, paths)
    assert soundfile.info(target).format == format
    with av.open(str(target)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(frames, axis=1).reshape(-1, 2)
    np.testing.assert_array_equal(samples, np.concatenate(list(read_interleaved(paths))))
