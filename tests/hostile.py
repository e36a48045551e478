"""A folder of audio files as corpora hold them: odd ones that are valid, broken ones, names that bite.

`make(folder)` writes them; `FILES` says of each how long its recording is, or why it is set aside.
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


class Odd(NamedTuple):
    """A file: how it is written to a path, and what becomes of it."""

    write: Callable[[str], None]
    seconds: float | None = None  # of the prepared recording
    within: float = 1e-9  # of so many seconds
    reason: str | None = None  # why it is set aside


@cache
def speech() -> np.ndarray:
    """12 s of two made-up voices that take turns, float (samples,)."""
    import tempfile

    from diarflow.simulation.synthetic import synthesize_dialogue

    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        synthesize_dialogue(file.name, seed=0, speakers=2, turns=4, mean_turn=2.0, pause=0.8)
        return soundfile.read(file.name)[0][: 12 * RATE]


def said(seconds: float = 4.0) -> np.ndarray:
    return np.resize(speech(), round(seconds * RATE))


def sound(audio, rate=RATE, *, channels=1, kind="WAV", subtype=None) -> Callable:
    """A file of audio (samples,), which every channel holds."""

    def write(path):
        every = np.stack([audio] * channels, axis=1)
        with open(path, "wb") as file:
            soundfile.write(file, every, rate, subtype, format=kind)

    return write


def changed(write: Callable, change: Callable[[bytearray], bytearray]) -> Callable:
    """The same file with other bytes."""

    def write_changed(path):
        write(path)
        content = change(bytearray(Path(path).read_bytes()))
        Path(path).write_bytes(content)

    return write_changed


def sized(size: int) -> Callable:
    """A WAV file whose header says that its data have so many bytes."""

    def change(content):
        content[40:44] = struct.pack("<I", size)
        return content

    return changed(sound(said()), change)


def header(place: int, form: str, value: int) -> Callable:
    """A WAV file with another number in its header."""

    def change(content):
        content[place : place + struct.calcsize(form)] = struct.pack(form, value)
        return content

    return changed(sound(said()), change)


def half(kind: str) -> Callable:
    return changed(sound(said(), kind=kind), lambda content: content[: len(content) // 2])


def hole(content: bytearray) -> bytearray:
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    return content


def bytes_of(content: bytes) -> Callable:
    return lambda path: Path(os.fsdecode(path)).write_bytes(content)


def with_value(value: float) -> Callable:
    audio = said()
    audio[RATE] = value
    return sound(audio, subtype="FLOAT")


def resampled(rate: int) -> np.ndarray:
    import soxr

    return soxr.resample(said(), RATE, rate)


# lengths, of frames and windows of the detectors and networks among them; levels
CONTENTS: dict[str, Odd] = {
    "samples-1.wav": Odd(sound(said()[:1]), 1 / RATE),
    "frame-of-webrtc.wav": Odd(sound(said(0.01)), 0.01),
    "frame-of-fbank.wav": Odd(sound(said()[:400]), 0.025),
    "frame-of-cepstrum.wav": Odd(sound(said()[:512]), 0.032),
    "seconds-0.05.wav": Odd(sound(said(0.05)), 0.05),
    "window-of-campplus.wav": Odd(sound(said(2.0)[RATE // 2 :]), 1.5),
    "window-of-dvector.wav": Odd(sound(said(2.1)[RATE // 2 :]), 1.6),
    "chunk-of-segmentation.wav": Odd(sound(said(10.0)), 10.0),
    "chunk-and-a-sample.wav": Odd(sound(said(11.0)[: 10 * RATE + 1]), 10 + 1 / RATE),
    "silence.wav": Odd(sound(np.zeros(4 * RATE)), 4.0),
    "noise.wav": Odd(sound(np.random.default_rng(0).normal(0, 0.1, 4 * RATE)), 4.0),
    "offset.wav": Odd(sound(0.5 + 0.4 * said()), 4.0),
    "constant.wav": Odd(sound(np.full(4 * RATE, 0.9)), 4.0),
    "clipped.wav": Odd(sound(np.clip(100 * said(), -1, 1)), 4.0),
    "quiet.wav": Odd(sound(said() / 3000), 4.0),
    "too-loud.wav": Odd(sound(1e30 * said(), subtype="FLOAT"), 4.0),
    "not-a-number.wav": Odd(with_value(np.nan), reason="values that are not finite numbers"),
    "infinite.wav": Odd(with_value(-np.inf), reason="values that are not finite numbers"),
}
# channels, rates, codings
FORMATS = {
    **{f"channels-{n}.wav": Odd(sound(said(), channels=n), 4.0) for n in (2, 6, 8)},
    **{
        f"rate-{rate}.wav": Odd(sound(resampled(rate), rate), 4.0)
        for rate in (8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000)
    },
    **{
        f"coding-{subtype.lower()}.wav": Odd(sound(said(), subtype=subtype), 4.0)
        for subtype in ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW")
    },
    "coding-adpcm.wav": Odd(sound(said(), subtype="IMA_ADPCM"), 4.0, within=0.1),
    "coding-gsm.wav": Odd(sound(said(), subtype="GSM610"), 4.0, within=0.1),
    "coding-flac.flac": Odd(sound(said(), kind="FLAC"), 4.0),
    "coding-vorbis.ogg": Odd(sound(said(), kind="OGG"), 4.0),
    "coding-opus.opus": Odd(sound(said(), kind="OGG", subtype="OPUS"), 4.0),
    "coding-mp3.mp3": Odd(sound(said(), kind="MP3"), 4.0),
    "coding-aiff.aiff": Odd(sound(said(), kind="AIFF"), 4.0),
    "coding-w64.w64": Odd(sound(said(), kind="W64"), 4.0),
    "coding-rf64.wav": Odd(sound(said(), kind="RF64"), 4.0),
    "mp3-in-a.wav": Odd(sound(said(), kind="MP3"), 4.0),
}
# headers that lie, files that were cut off, and what is no audio at all
BROKEN = {
    "size-0.wav": Odd(sized(0), 4.0),
    "size-of-a-pipe.wav": Odd(sized(0xFFFFFFFF), 4.0),
    "size-too-great.wav": Odd(sized(10**6), 4.0),
    "size-too-small.wav": Odd(sized(1000), 4.0),
    "cut-off-wav.wav": Odd(half("WAV"), 2.0, within=0.01),
    "cut-off-flac.flac": Odd(half("FLAC"), 2.0, within=1.0),
    "cut-off-mp3.mp3": Odd(half("MP3"), 2.0, within=1.0),
    "cut-off-vorbis.ogg": Odd(half("OGG"), 2.0, within=1.5),
    "hole.flac": Odd(changed(sound(said(), kind="FLAC"), hole), reason="damaged at"),
    "header-alone.wav": Odd(changed(sound(said()), lambda c: c[:44]), reason="holds no samples"),
    "half-a-header.wav": Odd(changed(sound(said()), lambda c: c[:30]), reason="not audio"),
    "channels-0.wav": Odd(header(22, "<H", 0), reason="not audio that can be read"),
    "rate-0.wav": Odd(header(24, "<I", 0), reason="not audio that can be read"),
    "rate-1.wav": Odd(header(24, "<I", 1), reason="its rate is 1 Hz, expected 1000 to 768000"),
    "rate-2147483647.wav": Odd(header(24, "<I", 2**31 - 1), reason="its rate is 2147483647 Hz"),
    "empty.wav": Odd(bytes_of(b""), reason="the file is empty"),
    "text.wav": Odd(bytes_of(b"Dear all,\nplease find attached\n"), reason="not audio"),
    "zeros.wav": Odd(bytes_of(bytes(10_000)), reason="not audio that can be read"),
    "page.mp3": Odd(bytes_of(b"<!doctype html><title>404</title>"), reason="not audio"),
    "nowhere.wav": Odd(lambda path: os.symlink("missing", path), reason="No such file"),
    "itself.wav": Odd(lambda path: os.symlink("itself.wav", path), reason="symbolic links"),
    "pipe.wav": Odd(os.mkfifo, reason="no regular file"),
}
NAMES = {
    name: Odd(sound(said(2.0)), 2.0)
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


def make(folder: Path, files: dict[str, Odd] = FILES) -> None:
    """Write them into a folder, and beside them a folder that is called like a file."""
    (folder / "folder.wav").mkdir(parents=True)
    for name, odd in files.items():
        odd.write(os.path.join(folder, name))
