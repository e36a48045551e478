"""Decoding of audio files: choice of the decoder, and check of the length.

libsndfile decodes formats whose length is certain. FFmpeg decodes everything else, and files in which libsndfile finds
less audio than they hold. Files one behind the other are decoded in turn.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import soundfile

from diarflow.audio.blocks import Block, Decoder, IncompleteError
from diarflow.audio.describe import describe
from diarflow.audio.flac import flac_length
from diarflow.audio.libsndfile import LibsndfileDecoder
from diarflow.audio.ogg import read_link
from diarflow.audio.parts import NAMES, Part, after_tag, find_parts, first_part
from diarflow.audio.sound_data import corrected, find_sound_data
from diarflow.audio.source import Source, open_source
from diarflow.audio.tracks import check_only_track
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

# not the root logger, because planning counts channels: see atomic.py
_LOGGER = logging.getLogger(__name__)
_RATES = (1000, 768_000)  # Hz; with a damaged header of 1 Hz, resampling would fill the disk
_SHORTFALL: Seconds = 0.1  # difference of lengths without a note
_MP3_FRAME = 1152  # samples
_OPUS_RATE = 48_000  # Hz, of the granule positions of Opus
_XING = (b"Xing", b"Info", b"VBRI")  # names of MP3 headers that count the frames


class Audio:
    """An open audio file. `rate`, `channels` and the names of format, codec and decoder are those of its first part."""

    def __init__(self, source: Source, track: int | str | None = None):
        self.source, self.name = source, source.name
        self._parts = [replace(part, track=track) for part in find_parts(source)]
        self.decoders: list[Decoder] = [_decoder(self._parts[0])]
        first = self.decoders[0]
        self.rate, self.channels = first.rate, first.channels

    @property
    def first(self) -> Decoder:
        return self.decoders[0]

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, up to the point of truncation, with silence in gaps of the time stamps.

        Raises InputError if the file is damaged before its end or changed while it was read. Raises IncompleteError if
        a decoder found too little audio: the next call uses FFmpeg for that part.
        """
        for index, part in enumerate(self._parts):
            if index == len(self.decoders):
                self.decoders.append(_decoder(part))
            try:
                for block in self.decoders[index].blocks():
                    _check_rate(self.name, block.rate)
                    yield block
            except IncompleteError:
                self.decoders[index] = _ffmpeg_decoder(part, self.decoders[index].coverage.promised)
                raise
        self.source.check_unchanged()

    def lengths(self) -> dict[str, Any]:
        """Return start, gaps and notes of the decoded audio, after the last block."""
        notes: list[str] = []
        gaps: list[tuple[Seconds, Seconds]] = []
        end: Seconds = 0.0
        if len(self._parts) > 1:
            kind = NAMES.get(self._parts[0].kind, self._parts[0].kind.upper())
            notes.append(f"The file holds {len(self._parts)} {kind} files one behind the other.")
        for decoder in self.decoders:
            coverage = decoder.coverage
            gaps += [(round(end + at, 3), round(length, 3)) for at, length in coverage.gaps]
            notes += coverage.notes
            decoded = coverage.decoded / coverage.rate
            placed = decoded + coverage.start + sum(length for _, length in coverage.gaps)
            end += placed
            if coverage.promised is not None:
                promised = coverage.promised / coverage.rate
                if placed < promised - _SHORTFALL:
                    notes.append(
                        f"The file is cut off: {decoded:.1f} s of {promised:.1f} s could be decoded."
                    )
                elif decoded > promised + _SHORTFALL:
                    notes.append(
                        f"The header gives {promised:.2f} s, {decoded:.2f} s were decoded."
                    )
        return {"start": self.first.coverage.start, "gaps": gaps, "notes": notes}


@contextmanager
def open_audio(path, *, track: int | str | None = None) -> Iterator[Audio]:
    """Open an audio file for decoding. `track` is the number of an audio track, from 1, or its language.

    Raises InputError if the file cannot be read, is empty, is not audio, or has an implausible sample rate.
    """
    with open_source(path) as source:
        audio = Audio(source, track)
        _check_rate(audio.name, audio.rate)
        yield audio


def _check_rate(name: str, rate: int) -> None:
    lowest, highest = _RATES
    if not lowest <= rate <= highest:
        raise InputError(f"{name}: sample rate is {rate} Hz, expected {lowest} to {highest}")


def read_mono(path) -> tuple[np.ndarray, int]:
    """Return the mean of the channels of an audio file, float32 (samples,), and its rate.

    Raises InputError as `open_audio`, and if the rate changes within the file.
    """
    with open_audio(path) as audio:
        while True:
            try:
                blocks = [(block.samples.mean(axis=1), block.rate) for block in audio.blocks()]
            except IncompleteError:
                continue
            if len(rates := {rate for _, rate in blocks}) > 1:
                raise InputError(f"{audio.name}: the sample rate changes: {sorted(rates)} Hz")
            if not blocks:
                return np.zeros(0, np.float32), audio.rate
            return np.concatenate([samples for samples, _ in blocks]), blocks[0][1]


def channel_count(path, track: int | str | None = None) -> int:
    """Return the number of channels at the start of a track of an audio file. Only its first bytes are read.

    Raises InputError if the file cannot be read or is not audio.
    """
    with open_source(path) as source:
        return _unchecked_decoder(replace(first_part(source), track=track)).channels


def _decoder(part: Part) -> Decoder:
    """Return the decoder of a part: libsndfile if its length is certain, else FFmpeg."""
    decoder = _unchecked_decoder(part)
    if part.kind == "ogg":
        return _check_ogg(part, decoder)
    if isinstance(decoder, LibsndfileDecoder) and (check := _CHECKS.get(decoder.format)):
        return check(part, decoder)
    return decoder


def _unchecked_decoder(part: Part) -> Decoder:
    """Return libsndfile's decoder of a part, with a corrected length of its sound data, or else FFmpeg's."""
    data = find_sound_data(part)
    share = None
    if data:
        part, length = corrected(part, data)
        share = data.declared / length if data.declared and length > 0 else None
    try:
        decoder = LibsndfileDecoder(part)
    except soundfile.LibsndfileError as error:
        _LOGGER.info("%s: libsndfile: %s", part.source.name, error.error_string)
        return _ffmpeg_decoder(part, share=share)
    check_only_track(part.source.name, part.track)
    if share:
        decoder.promised = round(decoder.frames * share)
    return decoder


def _check_flac(part: Part, decoder: LibsndfileDecoder) -> Decoder:
    if part.kind != "flac":
        return decoder
    length = flac_length(part)
    if not length.declared or (length.present or 0) > length.declared:
        return _ffmpeg_decoder(part)
    return decoder


def _check_mp3(part: Part, decoder: LibsndfileDecoder) -> Decoder:
    from diarflow.audio.ffmpeg import count_samples

    count = count_samples(part)
    if not _has_count(part):  # the number of libsndfile is an estimate
        decoder.promised = None
    if count > decoder.frames + _MP3_FRAME:
        return _ffmpeg_decoder(part, decoder.promised)
    decoder.expected = count - 2 * _MP3_FRAME
    return decoder


def _has_count(part: Part) -> bool:
    """Return whether an MP3 file begins with a header that counts its frames."""
    head = part.source.read(after_tag(part.source), 4096)
    return any(name in head for name in _XING)


def _check_ogg(part: Part, decoder: Decoder) -> Decoder:
    link = read_link(part.source, part.start, part.end)
    samples = -1
    if link.head[:7] == b"\x01vorbis":
        samples = link.granule
    elif link.head[:8] == b"OpusHead":
        skip = int.from_bytes(link.head[10:12], "little")
        samples = round((link.granule - skip) * decoder.rate / _OPUS_RATE)
    if isinstance(decoder, LibsndfileDecoder):
        equal = samples > 0 and abs(samples - decoder.frames) <= 1
        if not equal or link.streams > 1:
            decoder = _ffmpeg_decoder(part)
    if link.truncated:
        decoder.notes.append("The file is cut off: its last page is incomplete.")
    return decoder


def _check_voc(part: Part, decoder: LibsndfileDecoder) -> Decoder:
    return _ffmpeg_decoder(part)  # libsndfile decodes the headers of further blocks as sound


_CHECKS = {"FLAC": _check_flac, "MP3": _check_mp3, "VOC": _check_voc}


def _ffmpeg_decoder(
    part: Part, promised: int | None = None, *, share: float | None = None
) -> Decoder:
    """Return FFmpeg's decoder of a part. Raises InputError, with a description of the file, if there is none.

    `promised` is the number of samples by the header, if FFmpeg does not read it, and `share` is the ratio of the
    length by the header to that of the file.
    """
    import av

    from diarflow.audio.ffmpeg import FfmpegDecoder

    try:
        return FfmpegDecoder(part, promised, share)
    except (av.FFmpegError, ValueError) as error:
        _LOGGER.info("%s: FFmpeg: %s", part.source.name, error)
        raise InputError(
            f"{part.source.name}: not audio that can be read: {describe(part)}"
        ) from error
