"""Placement of decoded frames by the time stamps of their container."""

from collections.abc import Iterator
from typing import Any

import av
import numpy as np

from diarflow.audio.blocks import BLOCK, Block
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

# Containers with time stamps. Those of the last set begin at 0. In others, such as a transport stream, the clock is
# that of the transmitter, and the earliest time stamp of all streams is the beginning.
_TIMED = {"mov", "matroska", "flv", "mpeg", "mpegts", "nut", "mxf", "ogg"}
_STARTS = {"asf"}  # at the start only
_FROM_ZERO = {"mov", "matroska"}
_LATEST: Seconds = (
    3600.0  # beginning of the first stream; later ones are parts of a longer broadcast
)
# Distance of a time stamp from the end of the audio before it, above which it is a gap or a jump.
_TOLERANCE: Seconds = 0.05
# The clock of a transmitter restarts: jumps of this length are no gaps.
_JUMP: Seconds = 10.0
_LONGEST_GAP: Seconds = 3600.0
# Priming of an encoder. Before time 0 it is left out, and in ASF it looks like a late start.
_PRIMING: Seconds = 0.2


class Timeline:
    """Position of the audio of a stream. `clock` is the end of the audio so far."""

    def __init__(self, container: Any, name: str):
        names = set(container.format.name.split(","))
        self._name = name
        self.timed = bool(names & _TIMED)
        self._starts = self.timed or bool(names & _STARTS)
        self._restarts = bool(names & {"mpeg", "mpegts", "flv"})
        begin = (container.start_time or 0) / av.time_base
        self._origin = 0.0 if names & _FROM_ZERO and begin < _LATEST else begin
        self.clock: Seconds = 0.0
        self.start: Seconds = 0.0
        self.gaps: list[tuple[Seconds, Seconds]] = []
        self._overlaps: list[tuple[Seconds, Seconds]] = []
        self._left_out: Seconds = 0.0
        self._lost: Seconds = 0.0  # length of packets since the last frame
        self._begun = False
        self._rate, self._channels = 0, 0

    def placed(self, frame: Any, samples: np.ndarray, rate: int) -> Iterator[Block]:
        """Yield the silence before a frame, and the frame."""
        channels = samples.shape[1]
        yield from self._silence_for_lost()
        if frame.pts is not None and (self.timed if self._begun else self._starts):
            time = float(frame.pts * frame.time_base) - self._origin
            if not self._begun and time < 0:
                samples = self._without_priming(samples, time, rate)
            else:
                yield from self._silence_before(time, rate, channels)
        self._begun = self._begun or len(samples) > 0
        self._rate, self._channels = rate, channels
        self.clock += len(samples) / rate
        if len(samples):
            yield Block(samples, rate)

    def _without_priming(self, samples: np.ndarray, time: Seconds, rate: int) -> np.ndarray:
        """Return the samples from time 0 on. If the stream begins long before 0, it begins there."""
        if time < -_PRIMING:
            self._origin += time
            return samples
        count = min(round(-time * rate), len(samples))
        self._left_out += count / rate
        return samples[count:]

    def _silence_before(self, time: Seconds, rate: int, channels: int) -> Iterator[Block]:
        distance = time - self.clock
        tolerance = _TOLERANCE if self._begun else 0.5 / rate if self.timed else _PRIMING
        if abs(distance) <= tolerance:
            return
        if distance < 0 or (self._begun and self._restarts and distance > _JUMP):
            self._origin += distance
            self._overlaps.append((self.clock, distance))
            return
        if distance > _LONGEST_GAP:
            raise InputError(
                f"{self._name}: the time stamps jump from {self.clock:.1f} to {time:.1f} s, expected gaps of at most "
                f"{_LONGEST_GAP:.0f} s"
            )
        if self._begun:
            self.gaps.append((self.clock, distance))
        else:
            self.start = distance
        yield from self._silence(round(distance * rate), rate, channels)

    def lose(self, packet: Any) -> None:
        """Note that a packet cannot be decoded. Silence takes its place if no time stamps show the gap."""
        if not self.timed and self._begun and packet.duration:
            self._lost += float(packet.duration * packet.time_base)

    def _silence_for_lost(self) -> Iterator[Block]:
        if self._lost:
            self.gaps.append((self.clock, self._lost))
            yield from self._silence(round(self._lost * self._rate), self._rate, self._channels)
            self._lost = 0.0

    def _silence(self, count: int, rate: int, channels: int) -> Iterator[Block]:
        self.clock += count / rate
        while count > 0:
            length = min(count, BLOCK)
            yield Block(np.zeros((length, channels), np.float32), rate)
            count -= length

    def notes(self) -> list[str]:
        """Return sentences about the placement."""
        notes = []
        if self._left_out > _TOLERANCE:
            notes.append(f"{self._left_out:.3f} s before time 0 of the file were left out.")
        if self.start >= 0.01:
            notes.append(
                f"The audio starts {self.start:.3f} s after the start of the file; silence was inserted."
            )
        if self.gaps:
            total = sum(length for _, length in self.gaps)
            notes.append(
                f"Silence fills gaps: {len(self.gaps)}, {total:.2f} s in total, the first at {self.gaps[0][0]:.2f} s."
            )
        if self._overlaps:
            at, by = self._overlaps[0]
            notes.append(
                f"Jumps of the time stamps: {len(self._overlaps)}, the first by {by:.2f} s at {at:.2f} s; the audio was joined there."
            )
        return notes
