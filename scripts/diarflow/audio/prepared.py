"""Prepared audio: mono, 16 kHz, 16-bit PCM in a WAV file.

Audio is converted and read block by block, so memory does not grow with the length of a recording.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
import soundfile

from diarflow.audio.decode import decode_blocks, open_audio
from diarflow.errors import InputError, visible
from diarflow.timeline.intervals import Seconds

SAMPLE_RATE = 16_000
_MAX_SAMPLES = (2**32 - 256) // 2  # of 16 bits; WAV files store sizes in 32 bits
_SHORTFALL: Seconds = 0.1  # audio that may be missing at the end without a warning


def prepare_audio(source, target, *, channel: int | Literal["mix"] = "mix") -> dict[str, int]:
    """Convert an audio file to mono 16 kHz 16-bit PCM, exactly `round(n * 16000 / rate)` samples.

    `channel` is "mix" for the mean of all channels, or the number of a channel, starting at 1.

    Returns facts for the log: sample rate, channels and samples of the source, the samples promised by its header,
    and the samples clipped at full scale. Raises InputError if the source is not audio, is empty, is damaged before
    its end, is longer than 37 hours, or holds values that are not finite numbers.
    """
    name = visible(source)
    with open_audio(source) as sound:
        if channel != "mix" and not 1 <= channel <= sound.channels:
            raise InputError(f"{name}: channel is {channel}, expected 1 to {sound.channels}")
        rate = sound.samplerate
        facts = {"rate": rate, "channels": sound.channels, "samples": 0, "promised": sound.frames}
        facts["clipped"] = 0
        blocks = _mono_blocks(sound, source, channel, facts)
        with soundfile.SoundFile(target, "w", SAMPLE_RATE, 1, "PCM_16", format="WAV") as out:
            for block in _resample(blocks, rate):
                facts["clipped"] += _write_pcm(out, block)
            if round(facts["samples"] * SAMPLE_RATE / rate) == 0:
                raise InputError(f"{name}: holds {facts['samples']} samples at {rate} Hz, too few")
            if facts["samples"] < facts["promised"] - _SHORTFALL * rate:
                decoded, promised = (facts[key] / rate for key in ("samples", "promised"))
                out.comment = (
                    f"The file is cut off: {decoded:.1f} s of {promised:.1f} s could be decoded."
                )
                logging.warning("%s: %s", name, out.comment)
    return facts


def _mono_blocks(
    sound: soundfile.SoundFile, source, channel: int | Literal["mix"], facts: dict[str, int]
) -> Iterator[np.ndarray]:
    """Yield one channel, or the mean of all, float32 (samples,), and count the samples in `facts`."""
    rate, name = sound.samplerate, visible(source)
    for block in decode_blocks(sound, source):
        mono = block.mean(axis=1) if channel == "mix" else block[:, channel - 1]
        if not np.isfinite(mono).all():
            raise InputError(f"{name}: holds values that are not finite numbers")
        facts["samples"] += len(mono)
        if facts["samples"] / rate * SAMPLE_RATE > _MAX_SAMPLES:
            hours = facts["samples"] / rate / 3600
            raise InputError(f"{name}: is longer than {hours:.1f} hours, more than a WAV holds")
        yield mono
    if facts["samples"] == 0:
        raise InputError(f"{name}: holds no samples, expected audio")


def _resample(blocks: Iterable[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """Resample mono blocks from `rate` to 16 kHz, to exactly `round(n * 16000 / rate)` samples in total."""
    stream = None
    if rate != SAMPLE_RATE:
        import soxr

        stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="VHQ")
    count = resampled_count = 0
    for block in blocks:
        count += len(block)
        resampled = stream.resample_chunk(block) if stream else block
        resampled_count += len(resampled)
        yield resampled
    missing = max(0, round(count * SAMPLE_RATE / rate) - resampled_count)
    if stream:
        last = stream.resample_chunk(np.zeros(0, np.float32), last=True)[:missing]
        missing -= len(last)
        yield last
    yield np.zeros(missing, np.float32)


def _write_pcm(out: soundfile.SoundFile, block: np.ndarray) -> int:
    """Write a block as 16-bit PCM, and return how many samples were clipped."""
    levels = np.rint(block * 32768.0)
    out.write(np.clip(levels, -32768, 32767).astype(np.int16))
    return int(np.count_nonzero((levels > 32767) | (levels < -32768)))


def read_note(path) -> str:
    """Return the note of a prepared recording about its source; usually empty."""
    with soundfile.SoundFile(path) as sound:
        return sound.comment


def write_silence(target, samples: int = 0) -> None:
    """Write a prepared recording of `samples` zeros."""
    soundfile.write(target, np.zeros(samples, np.int16), SAMPLE_RATE, "PCM_16", format="WAV")


def duration(path) -> Seconds:
    """Return the length of a prepared recording in seconds."""
    return soundfile.info(path).frames / SAMPLE_RATE


def read_blocks(path, samples: int) -> Iterator[np.ndarray]:
    """Yield a prepared recording in order, int16, at most `samples` at a time."""
    with soundfile.SoundFile(path) as sound:
        yield from sound.blocks(samples, dtype="int16")


class AudioReader:
    """Random access to a prepared recording, as a context manager. `samples` is its length."""

    def __init__(self, path):
        self._sound = soundfile.SoundFile(path)
        self.samples = self._sound.frames

    def read(self, start: int, samples: int) -> np.ndarray:
        """Return samples [start, start + samples) as float32; zeros outside the recording."""
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
