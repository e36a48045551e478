"""Decoding, preparation and reading of audio."""

import os

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diarflow.audio.prepare import prepare_audio
from diarflow.audio.prepared import AudioReader, duration
from diarflow.errors import InputError


def prepare(path, tmp_path, **options):
    """Prepare a file, and return the samples and the facts about it."""
    facts = prepare_audio(path, tmp_path / "out.wav", **options)
    audio, rate = soundfile.read(tmp_path / "out.wav", dtype="int16")
    info = soundfile.info(tmp_path / "out.wav")
    assert (rate, info.channels, info.subtype, info.format) == (16_000, 1, "PCM_16", "WAV")
    return audio, facts


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        ("wav", "PCM_U8"), ("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "PCM_32"), ("wav", "FLOAT"),
        ("wav", "DOUBLE"), ("wav", "ULAW"), ("flac", "PCM_16"), ("flac", "PCM_24"), ("ogg", "VORBIS"),
        ("mp3", "MPEG_LAYER_III"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (44_100, 2), (8_000, 1)])
def test_a_tone_is_the_same_in_every_format(tone, tmp_path, suffix, subtype, rate, channels):
    path = tone(f"a.{suffix}", seconds=1.0, rate=rate, channels=channels, subtype=subtype)
    audio, _ = prepare(path, tmp_path)
    assert len(audio) == pytest.approx(16_000, abs=3000 if suffix == "mp3" else 0)
    spectrum = np.abs(np.fft.rfft(audio[2000:14_000]))
    assert spectrum.argmax() * 16_000 / 12_000 == pytest.approx(440, abs=2)
    assert np.abs(audio[4000:12_000]).max() == pytest.approx(
        0.3 * 32768, rel=0.15 if suffix == "mp3" else 0.06
    )


def test_16_bit_samples_at_16_khz_are_not_changed(tmp_path):
    levels = np.array([-32768, -1, 0, 1, 32767] * 100, np.int16)
    soundfile.write(tmp_path / "a.wav", levels, 16_000)
    np.testing.assert_array_equal(prepare(tmp_path / "a.wav", tmp_path)[0], levels)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(12, 30_000),
    st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000]),
)
def test_the_number_of_samples_is_exact(tmp_path, samples, rate):
    soundfile.write(tmp_path / "n.wav", np.full(samples, 0.1), rate)
    assert len(prepare(tmp_path / "n.wav", tmp_path)[0]) == round(samples * 16_000 / rate)


def test_the_number_of_samples_is_exact_over_many_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("diarflow.audio.blocks.BLOCK", 1000)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 44_101)
    soundfile.write(tmp_path / "a.wav", noise, 44_100)
    in_blocks, _ = prepare(tmp_path / "a.wav", tmp_path)
    monkeypatch.undo()
    expected, _ = prepare(tmp_path / "a.wav", tmp_path)
    assert len(expected) == round(44_101 * 16_000 / 44_100)
    np.testing.assert_allclose(in_blocks, expected, atol=1)


def test_channels_are_averaged_or_one_is_selected(tmp_path):
    stereo = np.stack([np.full(100, 8192), np.full(100, -16384)], axis=1).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", stereo, 16_000)
    for channel, level in (("mix", -4096), (1, 8192), (2, -16384)):
        assert set(prepare(tmp_path / "a.wav", tmp_path, channel=channel)[0]) == {level}


def test_samples_beyond_full_scale_are_clipped_and_counted(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.0, 2.0, -2.0, 0.5]), 16_000, "FLOAT")
    audio, facts = prepare(tmp_path / "a.wav", tmp_path)
    assert list(audio) == [0, 32767, -32768, 16384] and facts["clipped"] == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (b"not audio at all", "not audio that can be read")],
)
def test_a_file_that_is_not_audio_is_rejected(tmp_path, content, message):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(InputError, match=f"a.wav: {message}"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


def test_audio_without_samples_is_rejected(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    with pytest.raises(InputError, match="holds no samples"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_rejected(tmp_path, value):
    soundfile.write(tmp_path / "a.wav", np.array([0.0, value, 0.0]), 16_000, "FLOAT")
    with pytest.raises(InputError, match="not finite"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


def test_a_missing_channel_is_rejected(tone, tmp_path):
    with pytest.raises(InputError, match="channel is 3, expected 1 to 2"):
        prepare_audio(tone(channels=2), tmp_path / "out.wav", channel=3)


def test_memory_does_not_grow_with_the_length(tmp_path):
    """Ten minutes of stereo at 48 kHz are 220 MB as floats. The peak of the allocations is far below."""
    import tracemalloc

    with soundfile.SoundFile(tmp_path / "long.wav", "w", 48_000, 2) as sound:
        for _ in range(600):
            sound.write(np.zeros((48_000, 2), np.int16))
    tracemalloc.start()
    prepare_audio(tmp_path / "long.wav", tmp_path / "out.wav")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6
    assert duration(tmp_path / "out.wav") == 600.0


def test_a_recording_is_zero_outside_its_samples(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full(10, 0.5), 16_000)
    with AudioReader(tmp_path / "a.wav") as reader:
        assert list(reader.read(-2, 4)) == [0.0, 0.0, 0.5, 0.5]
        assert list(reader.read(8, 4)) == [0.5, 0.5, 0.0, 0.0]
        assert list(reader.read(20, 2)) == [0.0, 0.0]


def with_declared_size(content, length):
    """Return a WAV file whose header declares `length` bytes of data."""
    return content[:40] + length.to_bytes(4, "little") + content[44:]


@pytest.mark.parametrize("length", [0, 100, 99_999, 0xFFFFFFFF])
def test_a_wav_with_a_wrong_size_in_its_header_is_decoded_completely(tone, tmp_path, length):
    content = tone().read_bytes()
    (tmp_path / "wrong.wav").write_bytes(with_declared_size(content, length))
    expected = np.frombuffer(content[44:], np.int16)
    np.testing.assert_array_equal(prepare(tmp_path / "wrong.wav", tmp_path)[0], expected)
    assert (tmp_path / "wrong.wav").read_bytes() == with_declared_size(content, length)


def test_chunks_after_the_data_of_a_wav_are_not_decoded(tone, tmp_path):
    (tmp_path / "a.wav").write_bytes(tone().read_bytes() + b"LIST" + bytes([8, 0, 0, 0]) * 3)
    assert len(prepare(tmp_path / "a.wav", tmp_path)[0]) == 16_000


@pytest.mark.slow
def test_a_wav_of_more_than_4_gb_is_rejected(tone, tmp_path):
    path = tone()
    with open(path, "ab") as file:
        file.truncate(5_000_000_000)  # a sparse file
    with pytest.raises(InputError, match="a WAV of more than 4 GB, expected RF64, W64 or FLAC"):
        prepare_audio(path, tmp_path / "out.wav")


def test_a_recording_too_long_for_a_wav_is_rejected(tone, tmp_path, monkeypatch):
    monkeypatch.setattr("diarflow.audio.prepare._MAX_SAMPLES", 15_000)
    with pytest.raises(InputError, match=r"is longer than 0\.0 hours, more than a WAV holds"):
        prepare_audio(tone(), tmp_path / "out.wav")


@pytest.mark.parametrize("suffix", ["flac", "mp3", "ogg"])
def test_a_truncated_file_is_decoded_up_to_its_end(tmp_path, suffix):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 64_000)
    complete, truncated = tmp_path / f"complete.{suffix}", tmp_path / f"truncated.{suffix}"
    soundfile.write(complete, noise, 16_000)
    truncated.write_bytes(complete.read_bytes()[: complete.stat().st_size // 2])
    expected, _ = prepare(complete, tmp_path)
    samples, facts = prepare(truncated, tmp_path)
    assert 12_000 < len(samples) == facts["samples"] < 40_000
    np.testing.assert_array_equal(samples[:12_000], expected[:12_000])
    assert samples[-1000:].std() > 3000  # no silence is appended


def test_a_file_that_is_damaged_before_its_end_is_rejected_with_the_time(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.random.default_rng(0).uniform(-1, 1, 64_000), 16_000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500] = bytes(500)
    (tmp_path / "a.flac").write_bytes(content)
    with pytest.raises(InputError, match=r"a.flac: damaged at [12]\.\d\d s"):
        prepare_audio(tmp_path / "a.flac", tmp_path / "out.wav")


def test_a_pipe_without_a_writer_is_rejected_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(InputError, match=r"a\.wav: not a regular file"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


def test_a_file_without_permission_to_read_is_rejected(tone, tmp_path):
    path = tone()
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read all files
        os.seteuid(65534)
    try:
        with pytest.raises(InputError, match=r"tone.wav: cannot be read \(Permission denied\)"):
            prepare_audio(path, tmp_path / "out.wav")
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
