"""Audio: whatever a corpus ships, brought to mono 16 kHz 16-bit PCM, and read back in pieces.

Everything here is streamed: memory does not grow with the length of a recording.
"""

import logging
from collections.abc import Iterator

import numpy as np
import soundfile

from diarflow.audio.decode import decoded, opened
from diarflow.errors import InputError, visible
from diarflow.timeline.intervals import Seconds

SAMPLE_RATE = 16_000
_MOST = (2**32 - 256) // 2  # samples of 16 bits in a WAV file, whose sizes have 32 bits
_SHORT: Seconds = 0.1  # less than promised by more than this is said


def prepare_audio(source, target, *, channel: int | str = "mix") -> dict[str, int]:
    """Decode `source` to mono 16 kHz 16-bit PCM in `target`, exactly `round(n * 16000 / rate)` samples.

    `channel` is "mix" (the mean of all) or the number of one, counted from 1. Returns what a reader
    may want to know: rate, channels and samples of the source, samples that its header promised,
    samples clipped at full scale. Raises InputError where the source is not audio, is empty, is damaged
    in its middle, is longer than 37 hours, or holds values that are no numbers.
    """
    with opened(source) as sound:
        return _resample(sound, source, target, channel)


def _resample(sound: soundfile.SoundFile, source, target, channel: int | str) -> dict[str, int]:
    rate, name = sound.samplerate, visible(source)
    stream = None
    if rate != SAMPLE_RATE:
        import soxr

        stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="VHQ")
    facts = {"rate": rate, "channels": sound.channels, "samples": 0, "promised": sound.frames}
    facts["clipped"] = 0
    if channel != "mix" and not 1 <= channel <= sound.channels:
        raise InputError(f"{name}: channel is {channel}, expected 1 to {sound.channels}")
    written = 0
    with soundfile.SoundFile(target, "w", SAMPLE_RATE, 1, "PCM_16", format="WAV") as out:

        def write(mono: np.ndarray) -> int:
            levels = np.rint(mono * 32768.0)
            facts["clipped"] += int(np.count_nonzero((levels > 32767) | (levels < -32768)))
            out.write(np.clip(levels, -32768, 32767).astype(np.int16))
            return len(mono)

        for block in decoded(sound, source):
            mono = block.mean(axis=1) if channel == "mix" else block[:, channel - 1]
            if not np.isfinite(mono).all():
                raise InputError(f"{name}: holds values that are not finite numbers")
            facts["samples"] += len(mono)
            if facts["samples"] / rate * SAMPLE_RATE > _MOST:
                hours = facts["samples"] / rate / 3600
                raise InputError(f"{name}: is longer than {hours:.1f} hours, more than a WAV holds")
            written += write(stream.resample_chunk(mono) if stream else mono)
        if facts["samples"] == 0:
            raise InputError(f"{name}: holds no samples, expected audio")
        expected = round(facts["samples"] * SAMPLE_RATE / rate)
        if expected == 0:
            raise InputError(f"{name}: holds {facts['samples']} samples at {rate} Hz, too few")
        if stream:
            last = stream.resample_chunk(np.zeros(0, np.float32), last=True)
            last = last[: max(0, expected - written)]
            written += write(last)
        write(np.zeros(max(0, expected - written), np.float32))
        if facts["samples"] < facts["promised"] - _SHORT * rate:
            there, said = (facts[name] / rate for name in ("samples", "promised"))
            out.comment = f"The file is cut off: {there:.1f} s of {said:.1f} s could be decoded."
            logging.warning("%s: %s", name, out.comment)
    return facts


def note(path) -> str:
    """What a prepared recording says about its source; nothing as a rule."""
    with soundfile.SoundFile(path) as sound:
        return sound.comment


def write_silence(target, samples: int = 0) -> None:
    """A prepared recording of `samples` zeros; none by default."""
    soundfile.write(target, np.zeros(samples, np.int16), SAMPLE_RATE, "PCM_16", format="WAV")


def duration(path) -> Seconds:
    """Length of a prepared recording."""
    return soundfile.info(path).frames / SAMPLE_RATE


def blocks(path, samples: int, *, overlap: int = 0) -> Iterator[np.ndarray]:
    """A prepared recording in order, int16, at most `samples` at a time."""
    with soundfile.SoundFile(path) as sound:
        yield from sound.blocks(samples, overlap=overlap, dtype="int16")


class Clip:
    """Random access to a prepared recording: `clip.read(start, samples)` is float32, zeros outside."""

    def __init__(self, path):
        self._sound = soundfile.SoundFile(path)
        self.samples = self._sound.frames

    def read(self, start: int, samples: int) -> np.ndarray:
        out = np.zeros(samples, np.float32)
        first, last = max(0, start), min(self.samples, start + samples)
        if last > first:
            self._sound.seek(first)
            out[first - start : last - start] = self._sound.read(last - first, dtype="float32")
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sound.close()
