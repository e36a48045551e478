"""Hypothesis of a recording, as exports write it."""

from dataclasses import dataclass
from functools import cached_property

from diarflow.formats.text import as_field
from diarflow.timeline.intervals import Interval, Seconds, Turn, intervals_by_speaker


@dataclass(frozen=True)
class ExportedRecording:
    """Turns of a system on a recording.

    `audio` is the path of the source, and "" without audio. `prepared` are the paths of the prepared audio: one, for a
    call one for each channel, none without audio. `duration` is that of the prepared audio, and 0 without it.
    `channels` are the numbers of the channels of the turns, from 1; empty if all are 1.
    """

    id: str
    name: str
    system: str
    turns: tuple[Turn, ...]
    audio: str = ""
    prepared: tuple[str, ...] = ()
    duration: Seconds = 0.0
    channels: tuple[int, ...] = ()

    @property
    def numbered_turns(self) -> list[tuple[Turn, int]]:
        """Turns with the numbers of their channels."""
        channels = self.channels or (1,) * len(self.turns)
        return list(zip(self.turns, channels, strict=True))

    @property
    def field(self) -> str:
        """Id without spaces, for formats with fields."""
        return as_field(self.id)

    @property
    def end(self) -> Seconds:
        """Duration of the audio, or the end of the last turn if that is later."""
        return max([self.duration, *(turn.end for turn in self.turns)])

    @cached_property
    def intervals(self) -> dict[str, list[Interval]]:
        """Intervals of each speaker in the order of first turns. Those that overlap or touch are merged."""
        return intervals_by_speaker(self.turns)
