"""Edge cases of audio files: unusual but valid ones, broken ones, and unusual names.

`write_files(folder)` writes them. `FILES` contains, for each, the duration of the prepared recording or the reason
for which the recording is set aside.
"""

import os
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

RATE = 16_000


class EdgeCase(NamedTuple):
    """A file, and the expected result of preparing it.

    `write` writes the file to a path. The prepared recording lasts `seconds`, with a tolerance of `within` seconds,
    or the recording is set aside with an error that contains `reason`.
    """

    write: Callable[[str], None]
    seconds: float | None = None
    within: float = 1e-9
    reason: str | None = None


@cache
def dialogue() -> np.ndarray:
    """Return 12 s of a synthetic dialogue of two speakers, float (samples,)."""
    import tempfile

    from diarflow.simulation.synthetic import synthesize_dialogue

    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        synthesize_dialogue(file.name, seed=0, speakers=2, turns=4, mean_turn=2.0, pause=0.8)
        return soundfile.read(file.name)[0][: 12 * RATE]


def speech(seconds: float = 4.0) -> np.ndarray:
    return np.resize(dialogue(), round(seconds * RATE))


def encoded(audio, rate=RATE, *, channels=1, kind="WAV", subtype=None) -> Callable:
    """Return a writer of an audio file with the same audio (samples,) in all channels."""

    def write(path):
        all_channels = np.stack([audio] * channels, axis=1)
        with open(path, "wb") as file:
            soundfile.write(file, all_channels, rate, subtype, format=kind)

    return write


def changed(write: Callable, change: Callable[[bytearray], bytearray]) -> Callable:
    """Return a writer of the same file with changed bytes."""

    def write_changed(path):
        write(path)
        content = change(bytearray(Path(path).read_bytes()))
        Path(path).write_bytes(content)

    return write_changed


def with_declared_size(size: int) -> Callable:
    """Return a writer of a WAV file whose header declares `size` bytes of data."""

    def change(content):
        content[40:44] = struct.pack("<I", size)
        return content

    return changed(encoded(speech()), change)


def with_header(offset: int, number_format: str, value: int) -> Callable:
    """Return a writer of a WAV file with another number in its header."""

    def change(content):
        end = offset + struct.calcsize(number_format)
        content[offset:end] = struct.pack(number_format, value)
        return content

    return changed(encoded(speech()), change)


def joined(*parts: Callable) -> Callable:
    """Return a writer of files one behind the other."""

    def write(path):
        content = b""
        for part in parts:
            part(path)
            content += Path(path).read_bytes()
        Path(path).write_bytes(content)

    return write


def inverted(path) -> None:
    """Write two channels that cancel each other."""
    with open(path, "wb") as file:
        soundfile.write(file, np.stack([speech(), -speech()], axis=1), RATE, format="WAV")


def aac(path) -> None:
    """Write AAC in an MPEG-4 container."""
    import av

    frame = av.AudioFrame.from_ndarray(speech().astype(np.float32)[None], "fltp", "mono")
    frame.sample_rate = RATE
    with av.open(path, "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        fifo = av.AudioFifo()
        fifo.write(frame)
        while part := fifo.read(1024) or fifo.read(0, partial=True):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def without_length(content: bytearray) -> bytearray:
    """Remove the number of samples and the digest from the header of a FLAC file."""
    content[21] &= 0xF0
    content[22:42] = bytes(20)
    return content


def without_xing_frame(content: bytearray) -> bytearray:
    """Remove the first frame of an MP3 file, which counts the others."""
    return content[content.find(content[:2], content.find(b"Xing")) :]


def of_variable_rate(path) -> None:
    """Write an MP3 whose first second is silent and so has a low bit rate."""
    audio = np.concatenate([np.zeros(RATE), speech(3.0)])
    with open(path, "wb") as file:
        soundfile.write(file, audio, RATE, format="MP3", bitrate_mode="VARIABLE", compression_level=0.5)  # fmt: skip


def first_half(kind: str) -> Callable:
    return changed(encoded(speech(), kind=kind), lambda content: content[: len(content) // 2])


def with_hole(content: bytearray) -> bytearray:
    """Set 400 bytes in the middle of a file to zero."""
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    return content


def bytes_of(content: bytes) -> Callable:
    return lambda path: Path(os.fsdecode(path)).write_bytes(content)


def with_value(value: float) -> Callable:
    audio = speech()
    audio[RATE] = value
    return encoded(audio, subtype="FLOAT")


def resampled(rate: int) -> np.ndarray:
    import soxr

    return soxr.resample(speech(), RATE, rate)


# Lengths, among them those of frames and windows of detectors and networks, and levels.
CONTENTS: dict[str, EdgeCase] = {
    "samples-1.wav": EdgeCase(encoded(speech()[:1]), 1 / RATE),
    "frame-of-webrtc.wav": EdgeCase(encoded(speech(0.01)), 0.01),
    "frame-of-fbank.wav": EdgeCase(encoded(speech()[:400]), 0.025),
    "frame-of-cepstrum.wav": EdgeCase(encoded(speech()[:512]), 0.032),
    "seconds-0.05.wav": EdgeCase(encoded(speech(0.05)), 0.05),
    "window-of-campplus.wav": EdgeCase(encoded(speech(2.0)[RATE // 2 :]), 1.5),
    "window-of-dvector.wav": EdgeCase(encoded(speech(2.1)[RATE // 2 :]), 1.6),
    "chunk-of-segmentation.wav": EdgeCase(encoded(speech(10.0)), 10.0),
    "chunk-and-a-sample.wav": EdgeCase(encoded(speech(11.0)[: 10 * RATE + 1]), 10 + 1 / RATE),
    "silence.wav": EdgeCase(encoded(np.zeros(4 * RATE)), 4.0),
    "noise.wav": EdgeCase(encoded(np.random.default_rng(0).normal(0, 0.1, 4 * RATE)), 4.0),
    "offset.wav": EdgeCase(encoded(0.5 + 0.4 * speech()), 4.0),
    "constant.wav": EdgeCase(encoded(np.full(4 * RATE, 0.9)), 4.0),
    "clipped.wav": EdgeCase(encoded(np.clip(100 * speech(), -1, 1)), 4.0),
    "quiet.wav": EdgeCase(encoded(speech() / 3000), 4.0),
    "too-loud.wav": EdgeCase(encoded(1e30 * speech(), subtype="FLOAT"), 4.0),
    "not-a-number.wav": EdgeCase(with_value(np.nan), reason="values that are not finite numbers"),
    "infinite.wav": EdgeCase(with_value(-np.inf), reason="values that are not finite numbers"),
}
# Channels, sample rates and encodings.
FORMATS = {
    **{f"channels-{n}.wav": EdgeCase(encoded(speech(), channels=n), 4.0) for n in (2, 6, 8)},
    **{
        f"rate-{rate}.wav": EdgeCase(encoded(resampled(rate), rate), 4.0)
        for rate in (8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000)
    },
    **{
        f"coding-{subtype.lower()}.wav": EdgeCase(encoded(speech(), subtype=subtype), 4.0)
        for subtype in ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW")
    },
    "coding-adpcm.wav": EdgeCase(encoded(speech(), subtype="IMA_ADPCM"), 4.0, within=0.1),
    "coding-gsm.wav": EdgeCase(encoded(speech(), subtype="GSM610"), 4.0, within=0.1),
    "coding-flac.flac": EdgeCase(encoded(speech(), kind="FLAC"), 4.0),
    "coding-vorbis.ogg": EdgeCase(encoded(speech(), kind="OGG"), 4.0),
    "coding-opus.opus": EdgeCase(encoded(speech(), kind="OGG", subtype="OPUS"), 4.0),
    "coding-mp3.mp3": EdgeCase(encoded(speech(), kind="MP3"), 4.0),
    "coding-aiff.aiff": EdgeCase(encoded(speech(), kind="AIFF"), 4.0),
    "coding-w64.w64": EdgeCase(encoded(speech(), kind="W64"), 4.0),
    "coding-rf64.wav": EdgeCase(encoded(speech(), kind="RF64"), 4.0),
    "coding-caf.caf": EdgeCase(encoded(speech(), kind="CAF", subtype="PCM_16"), 4.0),
    "coding-nist.sph": EdgeCase(encoded(speech(), kind="NIST", subtype="PCM_16"), 4.0),
    "coding-aac.m4a": EdgeCase(aac, 4.0, within=0.1),
    "channels-inverted.wav": EdgeCase(inverted, 4.0),
    "mp3-in-a.wav": EdgeCase(encoded(speech(), kind="MP3"), 4.0),
}
# Wrong headers, truncated files, and files that are not audio.
BROKEN = {
    "size-0.wav": EdgeCase(with_declared_size(0), 4.0),
    "size-of-a-pipe.wav": EdgeCase(with_declared_size(0xFFFFFFFF), 4.0),
    "size-too-great.wav": EdgeCase(with_declared_size(10**6), 4.0),
    "size-too-small.wav": EdgeCase(with_declared_size(1000), 4.0),
    "size-0-aiff.aiff": EdgeCase(
        changed(encoded(speech(), kind="AIFF"), lambda c: c.replace(c[42:46], bytes(4), 1)), 4.0
    ),
    "length-unknown-flac.flac": EdgeCase(
        changed(encoded(speech(), kind="FLAC"), without_length), 4.0
    ),
    "length-unknown-mp3.mp3": EdgeCase(
        changed(of_variable_rate, without_xing_frame), 4.0, within=0.2
    ),
    "joined-wav.wav": EdgeCase(joined(encoded(speech()), encoded(speech())), 8.0),
    "joined-flac.flac": EdgeCase(joined(*[encoded(speech(), kind="FLAC")] * 2), 8.0),
    "joined-mp3.mp3": EdgeCase(joined(*[encoded(speech(), kind="MP3")] * 2), 8.0, within=0.2),
    "joined-ogg.ogg": EdgeCase(joined(*[encoded(speech(), kind="OGG")] * 2), 8.0),
    "cut-off-wav.wav": EdgeCase(first_half("WAV"), 2.0, within=0.01),
    "cut-off-flac.flac": EdgeCase(first_half("FLAC"), 2.0, within=1.0),
    "cut-off-mp3.mp3": EdgeCase(first_half("MP3"), 2.0, within=1.0),
    "cut-off-vorbis.ogg": EdgeCase(first_half("OGG"), 2.0, within=1.5),
    "hole.flac": EdgeCase(changed(encoded(speech(), kind="FLAC"), with_hole), reason="damaged at"),
    "header-alone.wav": EdgeCase(
        changed(encoded(speech()), lambda c: c[:44]), reason="holds no samples"
    ),
    "half-a-header.wav": EdgeCase(changed(encoded(speech()), lambda c: c[:30]), reason="not audio"),
    "channels-0.wav": EdgeCase(with_header(22, "<H", 0), reason="not audio that can be read"),
    "rate-0.wav": EdgeCase(with_header(24, "<I", 0), reason="not audio that can be read"),
    "rate-1.wav": EdgeCase(
        with_header(24, "<I", 1), reason="sample rate is 1 Hz, expected 1000 to 768000"
    ),
    "rate-2147483647.wav": EdgeCase(
        with_header(24, "<I", 2**31 - 1), reason="sample rate is 2147483647 Hz"
    ),
    "empty.wav": EdgeCase(bytes_of(b""), reason="the file is empty"),
    "text.wav": EdgeCase(bytes_of(b"Dear all,\nplease find attached\n"), reason="not audio"),
    "zeros.wav": EdgeCase(bytes_of(bytes(10_000)), reason="not audio that can be read"),
    "page.mp3": EdgeCase(bytes_of(b"<!doctype html><title>404</title>"), reason="not audio"),
    "nowhere.wav": EdgeCase(lambda path: os.symlink("missing", path), reason="No such file"),
    "itself.wav": EdgeCase(lambda path: os.symlink("itself.wav", path), reason="symbolic links"),
    "archive.wav": EdgeCase(
        bytes_of(b"PK\x03\x04" + bytes(100)), reason="a ZIP archive; unpack it"
    ),
    "no-index.m4a": EdgeCase(
        changed(aac, lambda c: c[: len(c) // 2]), reason="an MPEG-4 file without its index (moov)"
    ),
    "pipe.wav": EdgeCase(os.mkfifo, reason="not a regular file"),
}
# Names that a shell, a page, a table or a path could misinterpret.
NAMES = {
    name: EdgeCase(encoded(speech(2.0)), 2.0)
    for name in (
        "a name with spaces.wav", " leading and trailing .wav", "it's \"quoted\".wav",
        "-n.wav", "--help.wav", "; touch stolen.wav", "$(touch stolen).wav", "`touch stolen`.wav",
        "| tee stolen.wav", "a\nb.wav", "a\tb.wav", "a\rb.wav", "\x1b[31mred.wav", "Käthe 東京 🎙.wav",
        "re\u0301sume\u0301.wav", "\u202egnp.wav", "{corpus}.wav", "{recording}{0}.wav", "*.wav", "[a-b].wav",
        "?.wav", "<script>alert(1)</script>".replace("/", "\u2215") + ".wav", "a&b=c#d%20e.wav", "~root.wav",
        "ALL.wav", "COMPLETED.wav", "con.wav", "..wav", "...hidden.wav", "SPEAKER 1.wav", "a:b\\c.wav",
        "long-" + "x" * 245 + ".wav", "a,b;c.wav", "=1+1.wav", os.fsdecode(b"latin-\xe4.wav"),
        "UPPER.WAV",
    )
}  # fmt: skip
FILES = CONTENTS | FORMATS | BROKEN | NAMES


def write_files(folder: Path, files: dict[str, EdgeCase] = FILES) -> None:
    """Write files into a folder, and beside them a folder that is named like an audio file."""
    (folder / "folder.wav").mkdir(parents=True)
    for name, case in files.items():
        case.write(os.path.join(folder, name))
