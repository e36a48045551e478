"""Hypothesis of a recording, as exports write it."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from diarflow.formats.text import as_field
from diarflow.timeline.intervals import Interval, Seconds, Turn, intervals_by_speaker
from diarflow.transcripts.words import Word, sentences_by_speaker

NO_SPEAKER = "no speaker"  # tier of words that are near no turn
_SHORTEST: Seconds = 0.001  # of an utterance in a tier


class Utterance(NamedTuple):
    """Text of one speaker without a break: a sentence, or a turn with the text ""."""

    start: Seconds
    end: Seconds
    speaker: str
    text: str
    channel: int = 1

    @property
    def label(self) -> str:
        """Text, or the name of the speaker if there is no text."""
        return self.text or self.speaker


@dataclass(frozen=True)
class ExportedRecording:
    """Turns of a system on a recording.

    `audio` is the path of the source, and "" without audio. `prepared` contains the paths of the prepared audio: one, for a
    call one for each channel, none without audio. `duration` is that of the prepared audio, and 0 without it.
    `words` are those of a transcript, with their speakers, if there is one.
    `channels` are the numbers of the channels of the turns, from 1; empty if all are 1. `confidences` are those of the turns,
    from 0 to 1; empty if they are not estimated.
    """

    id: str
    name: str
    system: str
    turns: tuple[Turn, ...]
    audio: str = ""
    prepared: tuple[str, ...] = ()
    duration: Seconds = 0.0
    channels: tuple[int, ...] = ()
    words: tuple[Word, ...] = ()
    confidences: tuple[float, ...] = ()

    @cached_property
    def utterances(self) -> list[Utterance]:
        """Turns without text, or with a transcript the sentences of each speaker."""
        if not self.words:
            return [Utterance(*turn, "", channel) for turn, channel in self.numbered_turns]
        channel_of = {turn.speaker: channel for turn, channel in self.numbered_turns}
        return [
            Utterance(
                words[0].start,
                max(word.end for word in words),
                speaker,
                " ".join(word.text for word in words),
                channel_of.get(speaker, 1),
            )
            for speaker, words in sentences_by_speaker(self.words)
        ]

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
    def tiers(self) -> dict[str, list[tuple[Seconds, Seconds, str]]]:
        """Start, end and label of the utterances of each speaker. Utterances of one speaker do not overlap.

        One that lies inside an earlier one adds its text to that one.
        """
        if not self.words:
            return {
                speaker: [(*interval, speaker) for interval in intervals]
                for speaker, intervals in self.intervals.items()
            }
        tiers: dict[str, list[tuple[Seconds, Seconds, str]]] = {}
        for part in sorted(self.utterances):
            tier = tiers.setdefault(part.speaker or NO_SPEAKER, [])
            start = max(part.start, tier[-1][1]) if tier else part.start
            end = max(part.end, part.start + _SHORTEST)
            if end > start:
                tier.append((start, end, part.label))
            else:
                tier[-1] = (*tier[-1][:2], f"{tier[-1][2]} {part.label}")
        return tiers

    @cached_property
    def intervals(self) -> dict[str, list[Interval]]:
        """Intervals of each speaker in the order of first turns. Those that overlap or touch are merged."""
        return intervals_by_speaker(self.turns)
