"""Audio files whose header is wrong or incomplete, and files that are something else."""

import os
import struct

import numpy as np
import pytest
import soundfile
from media import joined

from diarflow.audio.prepare import prepare_audio
from diarflow.errors import InputError

RATE = 16_000
NOISE = np.random.default_rng(0).integers(-9000, 9000, 2 * RATE).astype(np.int16)  # 2 s
DAMAGED = [("WAV", "wav"), ("RF64", "wav"), ("W64", "w64"), ("AIFF", "aiff"), ("AU", "au"), ("CAF", "caf")]  # fmt: skip
FORMATS = pytest.mark.parametrize(("kind", "suffix"), DAMAGED, ids=[kind for kind, _ in DAMAGED])


def written(path, kind, audio=NOISE):
    soundfile.write(path, audio, RATE, "PCM_16", format=kind)
    return path


def prepare(path, **options):
    """Prepare a file, and return the samples and the notes on it."""
    target = path.with_suffix(".prepared")
    facts = prepare_audio(path, target, **options)
    return soundfile.read(target, dtype="int16")[0], facts["notes"]


def with_declared_length(path, kind, length):
    """Write `length` bytes of sound as the length in the header of a file."""
    content = bytearray(path.read_bytes())
    name = {"AIFF": b"SSND", "RF64": b"ds64"}.get(kind, b"data")
    at = content.find(name)
    place, number = {
        "WAV": (at + 4, struct.pack("<I", length % 2**32)),
        "RF64": (at + 16, struct.pack("<q", length)),
        "W64": (at + 16, struct.pack("<q", length + 24)),
        "AIFF": (at + 4, struct.pack(">I", (length + 8) % 2**32)),
        "AU": (8, struct.pack(">I", length % 2**32)),
        "CAF": (at + 4, struct.pack(">q", length + 4 if length > 0 else length)),
    }[kind]
    content[place : place + len(number)] = number
    path.write_bytes(content)
    return path


@FORMATS
@pytest.mark.parametrize("length", [0, -1])
def test_a_file_of_unknown_length_is_decoded_to_its_end(tmp_path, kind, suffix, length):
    path = with_declared_length(written(tmp_path / f"a.{suffix}", kind), kind, length)
    audio, notes = prepare(path)
    np.testing.assert_array_equal(audio, NOISE)
    assert notes == []


@FORMATS
def test_a_file_that_is_longer_than_its_header_is_decoded_to_its_end_with_a_note(
    tmp_path, kind, suffix
):
    path = with_declared_length(written(tmp_path / f"a.{suffix}", kind), kind, RATE)
    audio, notes = prepare(path)
    np.testing.assert_array_equal(audio, NOISE)
    assert notes == ["The header gives 0.50 s, 2.00 s were decoded."]


@FORMATS
def test_a_truncated_file_is_decoded_to_its_end_with_a_note(tmp_path, kind, suffix):
    path = written(tmp_path / f"a.{suffix}", kind)
    path.write_bytes(path.read_bytes()[: -2 * RATE])
    audio, notes = prepare(path)
    np.testing.assert_array_equal(audio, NOISE[:RATE])
    assert notes == ["The file is cut off: 1.0 s of 2.0 s could be decoded."]


@pytest.mark.parametrize(("kind", "suffix"), [*DAMAGED, ("NIST", "sph"), ("FLAC", "flac")])
def test_files_one_behind_the_other_are_all_decoded(tmp_path, kind, suffix):
    first, second = written(tmp_path / "1", kind), written(tmp_path / "2", kind, NOISE[:RATE])
    audio, notes = prepare(joined(tmp_path / f"a.{suffix}", first, second))
    np.testing.assert_array_equal(audio, np.concatenate([NOISE, NOISE[:RATE]]))
    name = {"RF64": "WAV"}.get(kind, kind)
    assert notes == [f"The file holds 2 {name} files one behind the other."]


def test_a_truncated_nist_file_has_a_note(tmp_path):
    path = written(tmp_path / "a.sph", "NIST")
    path.write_bytes(path.read_bytes()[: -2 * RATE])
    audio, notes = prepare(path)
    assert len(audio) == RATE
    assert notes == ["The file is cut off: 1.0 s of 2.0 s could be decoded."]


TAGS = {
    "ID3v1": b"TAG" + bytes(125),
    "APE": b"APETAGEX" + bytes(56),
    "LIST": b"LIST" + struct.pack("<I", 4) + b"INFO",
    "id3": b"id3 " + struct.pack("<I", 10) + bytes(10),
    "truncated LIST": b"LIST" + struct.pack("<I", 4000) + b"INFO",
}


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("length", [4 * RATE, 0], ids=["known", "unknown"])
def test_tags_after_the_sound_are_not_decoded(tmp_path, tag, length):
    path = with_declared_length(written(tmp_path / "a.wav", "WAV"), "WAV", length)
    path.write_bytes(path.read_bytes() + TAGS[tag])
    audio, notes = prepare(path)
    if length or tag == "ID3v1":
        np.testing.assert_array_equal(audio, NOISE)
        assert notes == []
    else:  # nothing tells the chunk from sound
        np.testing.assert_array_equal(audio[: len(NOISE)], NOISE)


@pytest.mark.parametrize("size", [100, 70_000])
def test_chunks_before_the_sound_may_hold_anything(tmp_path, size):
    """A description that contains the word "data" is not the sound."""
    content = written(tmp_path / "a.wav", "WAV").read_bytes()
    text = (b"raw data of 3 May " * size)[:size]
    chunk = b"bext" + struct.pack("<I", size) + text
    (tmp_path / "b.wav").write_bytes(content[:12] + chunk + content[12:])
    with_length = content[:40] + bytes(4) + content[44:]
    (tmp_path / "c.wav").write_bytes(with_length[:12] + chunk + with_length[12:])
    for name in ("b.wav", "c.wav"):
        np.testing.assert_array_equal(prepare(tmp_path / name)[0], NOISE)


def flac_of_a_pipe(path, audio):
    """Write FLAC whose header has neither the number of samples nor the digest, as into a pipe."""
    content = bytearray(written(path, "FLAC", audio).read_bytes())
    content[21] &= 0xF0
    content[22:42] = bytes(20)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("seconds", [1, 20])
def test_flac_of_a_pipe_is_decoded_completely(tmp_path, seconds):
    audio, notes = prepare(flac_of_a_pipe(tmp_path / "a.flac", np.resize(NOISE, seconds * RATE)))
    np.testing.assert_array_equal(audio, np.resize(NOISE, seconds * RATE))
    assert notes == []


def test_flac_with_more_samples_than_its_header_gives_is_decoded_completely(tmp_path):
    path = written(tmp_path / "a.flac", "FLAC")
    content = bytearray(path.read_bytes())
    content[22:26] = struct.pack(">I", RATE)
    path.write_bytes(content)
    audio, notes = prepare(path)
    np.testing.assert_array_equal(audio, NOISE)
    assert notes == ["The header gives 1.00 s, 2.00 s were decoded."]


def mp3(path, **options):
    soundfile.write(path, np.resize(NOISE, 8 * RATE), RATE, format="MP3", **options)
    return path


def without_xing_frame(path):
    """Remove the first frame of an MP3, which counts the others."""
    content = path.read_bytes()
    second = content.find(content[:2], content.find(b"Xing"))
    path.write_bytes(content[second:])
    return path


def test_an_mp3_of_variable_rate_without_a_header_is_decoded_completely(tmp_path):
    """libsndfile estimates its length from the bit rate of the first frames, here silence."""
    quiet = np.concatenate([np.zeros(RATE, np.int16), np.resize(NOISE, 7 * RATE)])
    path = tmp_path / "a.mp3"
    soundfile.write(path, quiet, RATE, format="MP3", bitrate_mode="VARIABLE", compression_level=0.5)
    assert abs(soundfile.info(without_xing_frame(path)).duration - 8.0) > 1.0
    audio, notes = prepare(path)
    assert len(audio) / RATE == pytest.approx(8.0, abs=0.2) and notes == []


def test_an_mp3_of_constant_rate_without_a_header_has_no_note(tmp_path):
    path = without_xing_frame(mp3(tmp_path / "a.mp3", bitrate_mode="VARIABLE"))
    audio, notes = prepare(path)
    assert len(audio) / RATE == pytest.approx(8.0, abs=0.2) and notes == []


def test_tags_of_an_mp3_are_not_decoded(tmp_path):
    path = mp3(tmp_path / "a.mp3")
    expected, _ = prepare(path)
    picture = b"\xff\xd8\xff\xe0" + b"\xff\xfb\x50\xc4" * 50_000  # with the start of MP3 frames
    frame = b"APIC" + struct.pack(">I", len(picture)) + bytes(2) + picture
    size = len(frame)
    coded = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    content = b"ID3\x03\0\0" + coded + frame + path.read_bytes()
    path.write_bytes(content + b"APETAGEX" + bytes(300) + b"TAG" + bytes(125))
    audio, notes = prepare(path)
    np.testing.assert_array_equal(audio, expected)
    assert notes == []


def test_an_mp3_that_is_damaged_before_its_end_is_rejected_with_both_lengths(tmp_path):
    path = mp3(tmp_path / "a.mp3")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged at [34]\.\d\d s: 7\.\d s of 8\.0 s could be"):
        prepare(path)


OTHER_FILES = {
    b"PK\x03\x04" + bytes(100): "a ZIP archive; unpack it",
    b"\x1f\x8b\x08" + bytes(100): "a gzip file; unpack it",
    b"%PDF-1.7\n" + bytes(100): "a PDF document; fetch the file itself",
    b"\n<!DOCTYPE html><title>404</title>": "an HTML page; download the file again",
    b"version https://git-lfs.github.com/spec/v1\n": "a Git LFS pointer; run `git lfs pull`",
    b"#EXTM3U\nhttp://example.org/a.mp3\n": "a playlist; fetch the file itself",
    b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n": "a playlist; fetch the file itself",
    b"\x89PNG\r\n\x1a\n" + bytes(100): "a PNG image; fetch the file itself",
    b"MThd" + bytes(100): "a MIDI file, which holds notes and no sound; render it to WAV",
    b"\0\0\0\x20ftypM4A " + bytes(100): "an MPEG-4 file without its index (moov)",
    b"RIFF\x24\0\0\0WAVEdata\x10\0\0\0" + bytes(16): "a WAV file with a damaged header or an unsupported coding",
    b"Dear all,\nplease find attached\n": "a text file; expected audio",
    bytes(10_000): "it begins with zeros; copy it again",
    bytes(range(1, 200)) * 10: "an unknown format; expected audio, such as WAV, FLAC or MP3",
}  # fmt: skip


@pytest.mark.parametrize("content", OTHER_FILES, ids=lambda content: repr(content[:8]))
def test_a_file_that_is_not_audio_is_described(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        prepare(path)
    assert str(error.value).startswith(
        f"{path}: not audio that can be read: {OTHER_FILES[content]}"
    )


def test_a_file_that_is_replaced_while_it_is_read_is_rejected(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", "WAV")
    other = written(tmp_path / "b.wav", "WAV", NOISE[:RATE])
    from diarflow.audio.libsndfile import LibsndfileDecoder

    blocks = LibsndfileDecoder.blocks

    def replacing(self):
        os.replace(other, path)
        yield from blocks(self)

    monkeypatch.setattr(LibsndfileDecoder, "blocks", replacing)
    with pytest.raises(InputError, match=r"a\.wav: changed while it was read"):
        prepare(path)


def test_a_file_that_is_written_to_while_it_is_read_is_rejected(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", "WAV")
    from diarflow.audio.libsndfile import LibsndfileDecoder

    blocks = LibsndfileDecoder.blocks

    def appending(self):
        yield from blocks(self)
        with open(path, "ab") as file:
            file.write(bytes(100))

    monkeypatch.setattr(LibsndfileDecoder, "blocks", appending)
    with pytest.raises(InputError, match=r"a\.wav: changed while it was read"):
        prepare(path)


def test_an_error_of_the_disk_while_reading_is_that_of_the_recording(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", "WAV")
    monkeypatch.setattr(os, "pread", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))  # fmt: skip
    with pytest.raises(InputError, match=r"a\.wav: cannot be read \(Input/output error\)"):
        prepare(path)


def test_a_small_file_of_many_channels_takes_little_memory(tmp_path):
    import tracemalloc

    header = struct.pack("<IHHIIHH", 16, 1, 1024, RATE, RATE * 2048, 2048, 16)
    content = b"WAVEfmt " + header + b"data" + struct.pack("<I", 2048 * 32) + bytes(2048 * 32)
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(content)) + content)
    tracemalloc.start()
    audio, _ = prepare(tmp_path / "a.wav")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(audio) == 32 and peak < 20e6
