"""Making of prepared audio: decoding, mixing and resampling.

Audio is converted block by block, so memory does not grow with the length of a recording.
"""

import itertools
import logging
import os
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile

from diarflow.audio.blocks import Block, IncompleteError, merged
from diarflow.audio.decode import Audio, open_audio
from diarflow.audio.mixing import ChannelLevels, Mix
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.errors import InputError

_MAX_SAMPLES = (2**32 - 256) // 2  # of 16 bits; WAV files store sizes in 32 bits
_MOST_GAPS = 1000  # in the facts


def prepare_audio(
    source, target, *, channel: int | Literal["mix"] = "mix", track: int | str | None = None
) -> dict[str, Any]:
    """Convert an audio file to mono 16 kHz 16-bit PCM, exactly `round(n * 16000 / rate)` samples.

    The target is a FLAC file if its suffix is `.flac`, else a WAV file.

    `channel` is "mix" for the mean of all channels, or the number of a channel, starting at 1. If the channels cancel
    each other, "mix" is the loudest channel. If most are silent, it is the mean of the others. `track` is the
    number of an audio track, starting at 1, or its language; None for the one that FFmpeg regards as the best.

    Returns the facts of docs/artifacts.md. Raises InputError if the source is not audio, is empty, is damaged before
    its end, is longer than 37 hours, holds values that are not finite numbers, or changes while it is read.
    """
    with open_audio(source, track=track) as audio:
        facts: dict[str, Any] = {"source": audio.source.facts()}
        converter = _Converter(audio, channel)
        is_complete = False
        while not is_complete:
            try:
                converter.convert(target)
            except (
                IncompleteError
            ):  # at most once for each part of the file, which FFmpeg then decodes
                continue
            is_complete = not converter.remix()  # another mix at most once
        facts |= converter.facts()
    if Path(target).suffix == ".flac":  # its header does not show that the file is truncated
        facts["file"] = {"format": "flac", "bytes": os.path.getsize(target)}
    for note in facts["notes"]:
        logging.warning("%s: %s", audio.name, note)
    return facts


class _Converter:
    """Conversion of one file. It is repeated if the decoder or the mix turns out to be wrong."""

    def __init__(self, audio: Audio, channel: int | Literal["mix"]):
        self._audio, self._channel = audio, channel
        self._mix: Mix | None = None
        self._levels = ChannelLevels()
        self._sources: dict[tuple[int, int], int] = {}  # samples by rate and channels
        self._samples = self._clipped = 0

    def convert(self, target) -> None:
        """Write the prepared audio. Raises IncompleteError if it must be decoded again."""
        self._levels, self._sources, self._samples, self._clipped = ChannelLevels(), {}, 0, 0
        with _writer(target) as write:
            mono = merged(self._mono(block) for block in self._audio.blocks())
            for rate, blocks in itertools.groupby(mono, key=lambda block: block.rate):
                for resampled in _resample((block.samples for block in blocks), rate):
                    self._write(write, resampled)
        self._check_length()

    def remix(self) -> bool:
        """Return whether the audio must be converted again, with another mix."""
        if self._channel != "mix" or self._mix or len({count for _, count in self._sources}) > 1:
            return False
        self._mix = self._levels.best_mix()
        return self._mix is not None

    def _mono(self, block: Block) -> Block:
        """Return the chosen channel or the mix, float32 (samples,)."""
        name, channels = self._audio.name, block.samples.shape[1]
        if self._channel == "mix":
            mixed = self._mix.of(block.samples) if self._mix else block.samples.mean(axis=1)
        elif 1 <= self._channel <= channels:
            mixed = block.samples[:, self._channel - 1]
        else:
            at = sum(count / rate for (rate, _), count in self._sources.items())
            place = f" from {at:.1f} s on" if at else ""
            raise InputError(f"{name}: channel is {self._channel}, expected 1 to {channels}{place}")
        if not np.isfinite(mixed).all():
            raise InputError(f"{name}: holds values that are not finite numbers")
        if self._channel == "mix" and channels > 1 and not self._mix:
            self._levels.add(block, mixed)
        key = (block.rate, channels)
        self._sources[key] = self._sources.get(key, 0) + len(mixed)
        seconds = sum(count / rate for (rate, _), count in self._sources.items())
        if seconds * SAMPLE_RATE > _MAX_SAMPLES:
            raise InputError(
                f"{name}: is longer than {seconds / 3600:.1f} hours, more than a WAV holds"
            )
        return Block(mixed, block.rate)

    def _write(self, write: Callable[[np.ndarray], Any], block: np.ndarray) -> None:
        """Write a block as 16-bit PCM, and count the samples that are clipped."""
        levels = np.rint(block * 32768.0)
        write(np.clip(levels, -32768, 32767).astype("<i2"))
        self._samples += len(block)
        self._clipped += int(np.count_nonzero((levels > 32767) | (levels < -32768)))

    def _check_length(self) -> None:
        name = self._audio.name
        if not self._sources:
            raise InputError(f"{name}: holds no samples, expected audio")
        if self._samples == 0:
            (rate, _), count = next(iter(self._sources.items()))
            raise InputError(f"{name}: holds {count} samples at {rate} Hz, too few")

    def facts(self) -> dict[str, Any]:
        """Return the facts of the audio, except those of the source file."""
        first, lengths = self._audio.first, self._audio.lengths()
        notes = list(lengths["notes"])
        if len(self._sources) > 1:
            kinds = ", ".join(f"{rate} Hz with {count} channels" for rate, count in self._sources)
            notes.append(f"The file changes its format: {kinds}.")
        if self._mix:
            notes.append(self._mix.note)
        weights = [round(weight, 6) for weight in self._mix.weights] if self._mix else None
        return {
            "format": first.format,
            "codec": first.codec,
            "decoder": ", ".join(sorted({decoder.name for decoder in self._audio.decoders})),
            "rate": next(iter(self._sources))[0],
            "channels": next(iter(self._sources))[1],
            "channel": self._channel,
            "weights": weights,
            "source_samples": sum(self._sources.values()),
            "samples": self._samples,
            "clipped": self._clipped,
            "start": round(lengths["start"], 6),
            "gaps": lengths["gaps"][:_MOST_GAPS],
            "notes": notes,
        }


@contextmanager
def _writer(target) -> Iterator[Callable[[np.ndarray], Any]]:
    """Open a WAV or FLAC file, by its suffix, and yield a function that appends int16 samples."""
    if Path(target).suffix == ".flac":
        with soundfile.SoundFile(target, "w", SAMPLE_RATE, 1, "PCM_16", format="FLAC") as sound:
            yield sound.write
        return
    with open(target, "wb") as file, wave.open(file, "wb") as out:
        out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        yield lambda samples: out.writeframesraw(samples.tobytes())


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
