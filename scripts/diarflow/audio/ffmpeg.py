"""Decoding with FFmpeg (PyAV): MPEG-4, Matroska and others, and files whose length libsndfile does not determine."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from diarflow.audio.blocks import Block, Coverage, merged
from diarflow.audio.describe import raw_format
from diarflow.audio.frames import FrameConverter
from diarflow.audio.parts import Part
from diarflow.audio.timestamps import Timeline
from diarflow.audio.tracks import select_track
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

# Containers of sound. FFmpeg also reads playlists, which name other files, and text and images, which are no sound.
_FORMATS = (
    "aa,aac,ac3,ac4,aea,aiff,amr,apac,ape,asf,asf_o,au,avi,avr,bonk,caf,dsf,dss,dts,dtshd,dv,eac3,flac,flv,gxf,iamf,"
    "iff,ilbc,ircam,latm,lc3,loas,matroska,mlp,mmf,mov,mp3,mp4,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nsv,nut,ogg,oma,"
    "osq,paf,pvf,qcp,qoa,rm,shn,sox,swf,tak,truehd,tta,voc,vqf,w64,wady,wav,wavarc,webm,wsd,wtv,wv,xwma"
)
# Containers whose header counts the samples. In others FFmpeg estimates the duration from the bit rate.
_COUNTED = {"mov", "matroska", "asf", "caf", "flac", "ape", "tak", "tta", "wv"}
_DISCARDED = 0.5  # share of packets that cannot be decoded above which a part is not decoded at all
_SHIFT: Seconds = 0.1  # of the audio after damage that is not accepted
_FOREIGN = 1 << 16  # bytes that are no audio, above which there is a note


def _open(part: Part) -> Any:
    raw = raw_format(part)
    options = {"format_whitelist": raw or _FORMATS, "protocol_whitelist": ""}
    return av.open(
        part.file(), format=raw or None, container_options=options, metadata_errors="ignore"
    )


class FfmpegDecoder:
    """Decode an audio track of a part with FFmpeg.

    `promised` is the number of samples by the header, if FFmpeg does not read it. `share` is the ratio of the length by
    the header to that of the file, for a header that gives a number of bytes.
    Audio is placed by the time stamps of the container, if it has any. Raises InputError if the part has no audio that
    FFmpeg decodes, and av.FFmpegError if FFmpeg cannot read the part.
    """

    name = "ffmpeg"

    def __init__(self, part: Part, promised: int | None = None, share: float | None = None):
        self._part, self._name = part, part.source.name
        self._promised, self._share = promised, share
        self.notes: list[str] = []
        if raw := raw_format(part):
            self.notes.append(f"The file has no header; by its ending it is {raw}.")
        with _open(part) as container:
            stream, notes = self._stream(container)
            self.notes += notes
            self.format, self.codec = container.format.name, stream.codec_context.name
            self.rate, self.channels = stream.codec_context.sample_rate, stream.channels
            self.coverage = Coverage(self.rate)
            if not self.rate or not self.channels:  # known only after decoding
                first = next(iter(self.blocks()), None)
                if first is None:
                    raise InputError(f"{self._name}: holds no samples, expected audio")
                self.rate, self.channels = first.rate, first.samples.shape[1]

    def _stream(self, container: Any) -> tuple[Any, list[str]]:
        """Return the stream to decode, and notes about its choice."""
        stream = container.streams.best("audio")
        if stream is None or stream.codec_context is None:
            kinds = sorted({other.type for other in container.streams if other.type}) or ["nothing"]
            if "audio" in kinds:
                raise ValueError("no decoder for the audio")
            raise InputError(
                f"{self._name}: holds no audio, only {' and '.join(kinds)} ({container.format.long_name})"
            )
        stream, notes = select_track(self._name, container.streams.audio, stream, self._part.track)
        if stream.codec_context is None:
            raise ValueError("no decoder for the audio track")
        return stream, notes

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, up to the point of truncation, with silence in gaps of the time stamps.

        Raises InputError if most packets cannot be decoded.
        """
        with _open(self._part) as container:
            stream, _ = self._stream(container)
            stream.codec_context.thread_count = 1
            promised = self._promised or _promised(container, stream)
            self.coverage = Coverage(self.rate, promised, notes=list(self.notes))
            yield from merged(self._decoded(container, stream))

    def _decoded(self, container: Any, stream: Any) -> Iterator[Block]:
        timeline, damage = Timeline(container, self._name), _Damage()
        converter, first = FrameConverter(), True
        for packet in _packets(container, stream, self.coverage.notes):
            damage.packets += bool(packet.size)
            try:
                frames = packet.decode()
            except av.FFmpegError:
                if damage.add(packet, timeline.clock):
                    timeline.lose(packet)
                continue
            damage.resumed |= bool(frames and damage.at is not None)
            for frame in frames:
                if not frame.samples:
                    continue
                samples, rate = converter.samples(frame), frame.sample_rate
                if first:
                    self.coverage.rate, first = rate, False
                self.coverage.decoded += len(samples)
                yield from timeline.placed(frame, samples, rate)
        self._conclude(timeline, damage)

    def _conclude(self, timeline: Timeline, damage: "_Damage") -> None:
        """Complete the coverage, or raise InputError for a part that cannot be decoded."""
        coverage = self.coverage
        coverage.start, coverage.gaps = timeline.start, timeline.gaps
        coverage.notes += timeline.notes()
        if self._share:
            coverage.promised = round(coverage.decoded * self._share)
        if damage.failed > damage.packets * _DISCARDED:
            raise InputError(
                f"{self._name}: damaged: {damage.failed} of {damage.packets} packets could not be decoded ({self.codec})"
            )
        missing = (coverage.promised or 0) - coverage.decoded
        if damage.resumed and not timeline.timed and missing > _SHIFT * coverage.rate:
            decoded, promised = (
                count / coverage.rate for count in (coverage.decoded, coverage.decoded + missing)
            )
            raise InputError(
                f"{self._name}: damaged at {damage.at:.2f} s: {decoded:.1f} s of {promised:.1f} s could be decoded"
            )
        coverage.notes += damage.notes()


@dataclass
class _Damage:
    """Packets of a stream, those of them that cannot be decoded, and bytes that are no audio.

    `at` is the time of the first damage, and `resumed` is true if audio follows it.
    """

    packets: int = 0
    failed: int = 0
    at: Seconds | None = None
    resumed: bool = False
    foreign: int = 0

    def add(self, packet: Any, clock: Seconds) -> bool:
        """Count a packet that cannot be decoded. Return whether it is audio, and not a header or a tag."""
        if not packet.duration:
            self.packets -= 1
            return False
        self.at = clock if self.at is None else self.at
        head = bytes(packet)[:2]
        if packet.stream.codec_context.name.startswith("mp") and not (
            len(head) == 2 and head[0] == 0xFF and head[1] >= 0xE0
        ):
            self.packets -= 1
            self.foreign += packet.size
            return False
        self.failed += 1
        return True

    def notes(self) -> list[str]:
        notes = []
        if self.failed:
            notes.append(
                f"Damaged: {self.failed} of {self.packets} packets could not be decoded, the first at {self.at:.2f} s."
            )
        if self.foreign > _FOREIGN:
            notes.append(f"{self.foreign} bytes between the frames are no audio.")
        return notes


def _packets(container: Any, stream: Any, notes: list[str] | None = None) -> Iterator[Any]:
    """Yield the packets of a stream. A file that breaks off ends there."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except IndexError:  # PyAV 18.1.0: a packet of a stream that was not there at the start
            packets = container.demux(stream)
            note = "Streams that begin within the file are left out."
            if notes is not None and note not in notes:
                notes.append(note)
            continue
        except av.FFmpegError:
            return
        if packet is None:
            return
        yield packet


def _promised(container: Any, stream: Any) -> int | None:
    """Return the number of samples by the header; None if it gives none."""
    names = set(container.format.name.split(","))
    rate = stream.codec_context.sample_rate
    if not names & _COUNTED or not rate:
        return None
    if stream.duration and "matroska" not in names:
        return round(stream.duration * stream.time_base * rate)
    if text := stream.metadata.get("DURATION", ""):  # 00:01:02.345000000
        try:
            hours, minutes, seconds = text.split(":")
            return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * rate)
        except ValueError:
            return None
    if container.duration and all(other.type == "audio" for other in container.streams):
        return round(container.duration * rate / av.time_base)
    return None


def count_samples(part: Part) -> int:
    """Return the number of samples in the packets of a part, without decoding them; 0 if FFmpeg cannot read it.

    Samples that the container marks as padding do not count.
    """
    total = Fraction(0)
    try:
        with _open(part) as container:
            stream = container.streams.best("audio")  # of MP3, which has one
            rate = stream.codec_context.sample_rate if stream else 0
            for packet in _packets(container, stream) if stream else ():
                if packet.size and packet.duration:
                    total += packet.duration * stream.time_base * rate
                for data in packet.iter_sidedata():
                    if str(data.data_type).lower() == "skip_samples":
                        total -= int(np.frombuffer(bytes(data), "<u4", 2).sum())
    except (av.FFmpegError, ValueError):
        return 0
    return round(total)
