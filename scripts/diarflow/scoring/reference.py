"""References made fit for scoring: the turns of one recording, repaired, and the stretch that is scored."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.annotation_csv import read_annotation_csv
from diarflow.formats.rttm import Annotation, read_rttm
from diarflow.formats.text import known_as
from diarflow.formats.uem import read_uem
from diarflow.timeline.intervals import Interval, Seconds, Turn, clip, union

EXTENT = "extent: "  # a comment at the head of a UEM: what the scored stretch is taken from


class Repairs(NamedTuple):
    """How many turns were merged into another, clipped to the recording, or dropped as empty."""

    merged: int = 0
    clipped: int = 0
    dropped: int = 0

    def __str__(self) -> str:
        return f"repairs: {self.merged} merged, {self.clipped} clipped, {self.dropped} dropped"

    @classmethod
    def parse(cls, comments: Iterable[str]) -> "Repairs":
        """What the comments of a prepared reference say.

        >>> Repairs.parse([str(Repairs(1, 2, 3))])
        Repairs(merged=1, clipped=2, dropped=3)
        """
        said = [line for line in comments if line.startswith("repairs: ")]
        return cls(*map(int, re.findall(r"\d+", said[0]))) if said else cls()


def repair(turns: Iterable[Turn], *, duration: Seconds) -> tuple[list[Turn], Repairs]:
    """Merge overlapping or touching turns of one speaker, clip to the recording, drop what is empty.

    >>> repair([Turn(0, 2, "a"), Turn(1, 3, "a"), Turn(2, 9, "b"), Turn(4, 4, "b")], duration=5)
    ... # doctest: +NORMALIZE_WHITESPACE
    ([Turn(start=0, end=3, speaker='a'), Turn(start=2, end=5, speaker='b')],
     Repairs(merged=1, clipped=1, dropped=1))
    """
    kept: dict[str, list[Interval]] = {}
    clipped = dropped = 0
    for turn in turns:
        inside = clip([Interval(turn.start, turn.end)], Interval(0.0, duration))
        if not inside:
            dropped += 1
            continue
        # a hair over the end is a rounded number, not a mistake
        clipped += turn.start < 0 or turn.end > duration + 0.001
        kept.setdefault(turn.speaker, []).extend(inside)
    merged = 0
    repaired = []
    for speaker, intervals in kept.items():
        joined = union(intervals)
        merged += len(intervals) - len(joined)
        repaired += [Turn(start, end, speaker) for start, end in joined]
    return sorted(repaired), Repairs(merged, clipped, dropped)


def read_reference(path, *, recording: str, name: str, channel: int | None = None) -> list[Turn]:
    """Turns of one recording from an RTTM or an annotation CSV, which may hold others too.

    `channel` is set where each channel is a recording of its own: then lines that carry its number count,
    or those that name the channel's own id. Raises InputError where the file does not know the recording,
    or does not tell its channels apart.
    """
    wanted = known_as(recording, name)
    table = Path(path).suffix.lower() in (".csv", ".tsv")
    found: Annotation = (read_annotation_csv if table else read_rttm)(path, only=set(wanted))
    if not found.names:
        return []
    called = next((one for one in wanted if one in found.names), None)
    if called is None:
        named = sorted(found.names)
        shown = ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
        raise InputError(f"{path}: no turn of recording {name}; the file names {shown}")
    by_channel = {spoken: turns for (one, spoken), turns in found.turns.items() if one == called}
    if channel is None or called == recording:
        return sorted(turn for turns in by_channel.values() for turn in turns)
    if len(by_channel) == 1:
        raise InputError(
            f"{path}: all turns of {called} are of one channel, but each channel is a recording of its "
            f"own; expected the number of the channel in every line, or the name {recording}"
        )
    return sorted(by_channel.get(str(channel), []))


def span(turns: Iterable[Turn]) -> list[Interval]:
    """From where the first turn begins to where the last one ends.

    >>> span([Turn(1.0, 5.0, "a"), Turn(0.5, 2.0, "b")])
    [Interval(start=0.5, end=5.0)]
    """
    turns = list(turns)
    return [Interval(min(t.start for t in turns), last_end(turns))] if turns else []


def last_end(turns: Iterable[Turn]) -> Seconds:
    """When the last turn ends: the duration of a recording that cannot be opened, as far as is known.

    >>> last_end([Turn(0.0, 5.0, "a"), Turn(1.0, 2.0, "b")])
    5.0
    """
    return max((turn.end for turn in turns), default=0.0)


def read_extent(path, *, recording: str, name: str, duration: Seconds) -> list[Interval]:
    """The scored stretches of one recording: its UEM's, or all of it where `path` is None."""
    whole = Interval(0.0, duration)
    if path is None:
        return clip([whole], whole)
    wanted = known_as(recording, name)
    found = read_uem(path, only=set(wanted))
    for known in wanted:
        if known in found:
            inside = clip(found[known], whole)
            if found[known] and not inside:
                logging.warning("%s: %s lies wholly outside the recording", path, known)
            return inside
    raise InputError(f"{path}: no line for recording {name}")
