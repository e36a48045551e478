import os

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diarflow.audio.prepared import Clip, duration, prepare_audio
from diarflow.errors import InputError


def prepared(path, tmp_path, **options):
    facts = prepare_audio(path, tmp_path / "out.wav", **options)
    audio, rate = soundfile.read(tmp_path / "out.wav", dtype="int16")
    info = soundfile.info(tmp_path / "out.wav")
    assert (rate, info.channels, info.subtype, info.format) == (16_000, 1, "PCM_16", "WAV")
    return audio, facts


@pytest.mark.parametrize(
    ("ending", "subtype"),
    [
        ("wav", "PCM_U8"), ("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "PCM_32"), ("wav", "FLOAT"),
        ("wav", "DOUBLE"), ("wav", "ULAW"), ("flac", "PCM_16"), ("flac", "PCM_24"), ("ogg", "VORBIS"),
        ("mp3", "MPEG_LAYER_III"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (44_100, 2), (8_000, 1)])
def test_every_format_comes_out_as_the_same_tone(tone, tmp_path, ending, subtype, rate, channels):
    path = tone(f"a.{ending}", seconds=1.0, rate=rate, channels=channels, subtype=subtype)
    audio, _ = prepared(path, tmp_path)
    assert len(audio) == pytest.approx(16_000, abs=3000 if ending == "mp3" else 0)
    spectrum = np.abs(np.fft.rfft(audio[2000:14_000]))
    assert spectrum.argmax() * 16_000 / 12_000 == pytest.approx(440, abs=2)
    assert np.abs(audio[4000:12_000]).max() == pytest.approx(
        0.3 * 32768, rel=0.15 if ending == "mp3" else 0.06
    )


def test_16_bit_at_16_khz_passes_unchanged(tmp_path):
    levels = np.array([-32768, -1, 0, 1, 32767] * 100, np.int16)
    soundfile.write(tmp_path / "a.wav", levels, 16_000)
    np.testing.assert_array_equal(prepared(tmp_path / "a.wav", tmp_path)[0], levels)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.integers(12, 30_000),
    st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000]),
)
def test_the_number_of_samples_is_exact(tmp_path, samples, rate):
    soundfile.write(tmp_path / "n.wav", np.full(samples, 0.1), rate)
    assert len(prepared(tmp_path / "n.wav", tmp_path)[0]) == round(samples * 16_000 / rate)


def test_the_number_of_samples_is_exact_over_many_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("diarflow.audio.decode._BLOCK", 1000)
    random = np.random.default_rng(0).uniform(-0.5, 0.5, 44_101)
    soundfile.write(tmp_path / "a.wav", random, 44_100)
    pieces, _ = prepared(tmp_path / "a.wav", tmp_path)
    monkeypatch.undo()
    whole, _ = prepared(tmp_path / "a.wav", tmp_path)
    assert len(whole) == round(44_101 * 16_000 / 44_100)
    np.testing.assert_allclose(pieces, whole, atol=1)


def test_channels_are_mixed_or_one_is_taken(tmp_path):
    stereo = np.stack([np.full(100, 8192), np.full(100, -16384)], axis=1).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", stereo, 16_000)
    for channel, level in (("mix", -4096), (1, 8192), (2, -16384)):
        assert set(prepared(tmp_path / "a.wav", tmp_path, channel=channel)[0]) == {level}


def test_what_is_too_loud_is_clipped_and_counted(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.0, 2.0, -2.0, 0.5]), 16_000, "FLOAT")
    audio, facts = prepared(tmp_path / "a.wav", tmp_path)
    assert list(audio) == [0, 32767, -32768, 16384] and facts["clipped"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file is empty"), (b"not audio at all", "not audio that can be read")],
)
def test_a_file_that_is_no_audio_is_named(tmp_path, content, said):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(InputError, match=f"a.wav: {said}"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


def test_audio_without_samples_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    with pytest.raises(InputError, match="holds no samples"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(tmp_path, value):
    soundfile.write(tmp_path / "a.wav", np.array([0.0, value, 0.0]), 16_000, "FLOAT")
    with pytest.raises(InputError, match="not finite"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


def test_a_channel_that_is_not_there_is_named(tone, tmp_path):
    with pytest.raises(InputError, match="channel is 3, expected 1 to 2"):
        prepare_audio(tone(channels=2), tmp_path / "out.wav", channel=3)


def test_memory_does_not_grow_with_the_length(tmp_path):
    """Ten minutes at 48 kHz stereo are 220 MB as floats; the peak of what NumPy holds stays far below."""
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


def test_outside_a_recording_there_is_silence(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full(10, 0.5), 16_000)
    with Clip(tmp_path / "a.wav") as clip:
        assert list(clip.read(-2, 4)) == [0.0, 0.0, 0.5, 0.5]
        assert list(clip.read(8, 4)) == [0.5, 0.5, 0.0, 0.0]
        assert list(clip.read(20, 2)) == [0.0, 0.0]


def with_length(content, length):
    return content[:40] + length.to_bytes(4, "little") + content[44:]


@pytest.mark.parametrize("length", [0, 100, 99_999, 0xFFFFFFFF])
def test_of_a_wav_whose_header_lies_about_its_length_all_is_taken(tone, tmp_path, length):
    content = tone().read_bytes()
    (tmp_path / "lie.wav").write_bytes(with_length(content, length))
    expected = np.frombuffer(content[44:], np.int16)
    np.testing.assert_array_equal(prepared(tmp_path / "lie.wav", tmp_path)[0], expected)
    assert (tmp_path / "lie.wav").read_bytes() == with_length(content, length)


def test_chunks_behind_the_data_of_a_wav_are_no_audio(tone, tmp_path):
    (tmp_path / "a.wav").write_bytes(tone().read_bytes() + b"LIST" + bytes([8, 0, 0, 0]) * 3)
    assert len(prepared(tmp_path / "a.wav", tmp_path)[0]) == 16_000


def test_a_wav_of_more_than_4_gb_that_cannot_say_so_is_refused(tone, tmp_path):
    path = tone()
    with open(path, "ab") as file:
        file.truncate(5_000_000_000)  # a hole: it takes no place
    with pytest.raises(InputError, match="a WAV of more than 4 GB, expected RF64, W64 or FLAC"):
        prepare_audio(path, tmp_path / "out.wav")


def test_a_recording_longer_than_a_wav_can_hold_is_refused(tone, tmp_path, monkeypatch):
    monkeypatch.setattr("diarflow.audio.prepared._MOST", 15_000)
    with pytest.raises(InputError, match=r"is longer than 0\.0 hours, more than a WAV holds"):
        prepare_audio(tone(), tmp_path / "out.wav")


@pytest.mark.parametrize("ending", ["flac", "mp3", "ogg"])
def test_what_was_cut_off_is_taken_up_to_there_and_nothing_is_made_up(tmp_path, ending):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 64_000)
    whole, half = tmp_path / f"whole.{ending}", tmp_path / f"half.{ending}"
    soundfile.write(whole, noise, 16_000)
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    expected, _ = prepared(whole, tmp_path)
    found, facts = prepared(half, tmp_path)
    assert 12_000 < len(found) == facts["samples"] < 40_000
    np.testing.assert_array_equal(found[:12_000], expected[:12_000])
    assert found[-1000:].std() > 3000


def test_what_is_damaged_in_its_middle_is_refused_with_the_place(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.random.default_rng(0).uniform(-1, 1, 64_000), 16_000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500] = bytes(500)
    (tmp_path / "a.flac").write_bytes(content)
    with pytest.raises(InputError, match=r"a.flac: damaged at [12]\.\d\d s"):
        prepare_audio(tmp_path / "a.flac", tmp_path / "out.wav")


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(InputError, match=r"a\.wav: no regular file"):
        prepare_audio(tmp_path / "a.wav", tmp_path / "out.wav")


def test_a_file_that_may_not_be_read_says_so(tone, tmp_path):
    path = tone()
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything
        os.seteuid(65534)
    try:
        with pytest.raises(InputError, match=r"tone.wav: cannot be read \(Permission denied\)"):
            prepare_audio(path, tmp_path / "out.wav")
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
