"""Hypothesis of a recording, as exports write it."""

from dataclasses import dataclass
from functools import cached_property

from diarflow.formats.text import as_field
from diarflow.timeline.intervals import Interval, Seconds, Turn, intervals_by_speaker


@dataclass(frozen=True)
class ExportedRecording:
    """Turns of a system on a recording.

    `audio` is the path of the source, `prepared` that of the prepared audio; both are "" in corpora without audio.
    `duration` is that of the prepared audio, and 0 without it.
    """

    id: str
    name: str
    system: str
    turns: tuple[Turn, ...]
    audio: str = ""
    prepared: str = ""
    duration: Seconds = 0.0

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
