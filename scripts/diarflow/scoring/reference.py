"""References and UEM files as users provide them: the turns and the extent of one recording."""

import logging
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.annotation_csv import read_annotation_csv
from diarflow.formats.rttm import Annotation, read_rttm
from diarflow.formats.text import possible_names
from diarflow.formats.uem import read_uem
from diarflow.timeline.intervals import Interval, Seconds, Turn, clip, merge_turns

_ROUNDING: Seconds = 0.001  # a turn that ends this much after the recording was rounded, not wrong


class Repairs(NamedTuple):
    """Number of turns that were merged with another, clipped to the recording, or dropped as empty.

    `str` and `parse` convert it to and from the comment in a prepared reference.
    """

    merged: int = 0
    clipped: int = 0
    dropped: int = 0

    def __str__(self) -> str:
        return f"repairs: {self.merged} merged, {self.clipped} clipped, {self.dropped} dropped"

    @classmethod
    def parse(cls, comments: Iterable[str]) -> "Repairs":
        """Read the numbers from the comments of a prepared reference; all are 0 if it has none.

        >>> Repairs.parse([str(Repairs(1, 2, 3))])
        Repairs(merged=1, clipped=2, dropped=3)
        """
        lines = [line for line in comments if line.startswith("repairs: ")]
        return cls(*map(int, re.findall(r"\d+", lines[0]))) if lines else cls()


def normalize_turns(turns: Iterable[Turn], *, duration: Seconds) -> tuple[list[Turn], Repairs]:
    """Merge overlapping or touching turns of one speaker, clip turns to the recording, and drop empty turns.

    >>> normalize_turns(
    ...     [Turn(0, 2, "a"), Turn(1, 3, "a"), Turn(2, 9, "b"), Turn(4, 4, "b")], duration=5
    ... )  # doctest: +NORMALIZE_WHITESPACE
    ([Turn(start=0, end=3, speaker='a'), Turn(start=2, end=5, speaker='b')],
     Repairs(merged=1, clipped=1, dropped=1))
    """
    kept: list[Turn] = []
    clipped = dropped = 0
    for turn in turns:
        inside = clip([Interval(turn.start, turn.end)], Interval(0.0, duration))
        if not inside:
            dropped += 1
            continue
        clipped += turn.start < 0 or turn.end > duration + _ROUNDING
        kept.append(Turn(*inside[0], turn.speaker))
    merged = merge_turns(kept)
    return merged, Repairs(len(kept) - len(merged), clipped, dropped)


def read_reference(path, *, id: str, name: str, channel: int | None = None) -> list[Turn]:
    """Return the turns of one recording from an RTTM or an annotation CSV, which may contain other recordings.

    The file may name the recording by its `id` or by its `name` in the table of recordings. If each channel is a
    recording of its own, `channel` is the number of this one: only turns with this channel, or with the recording's
    id, are returned. Raises InputError if the file names other recordings only, or gives all turns the same channel.
    """
    names = possible_names(id, name)
    is_table = Path(path).suffix.lower() in (".csv", ".tsv")
    annotation: Annotation = (read_annotation_csv if is_table else read_rttm)(path, only=set(names))
    if not annotation.names:
        return []
    used = next((candidate for candidate in names if candidate in annotation.names), None)
    if used is None:
        others = sorted(annotation.names)
        shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        raise InputError(f"{path}: no turn of recording {name}; the file contains {shown}")
    by_channel = {
        channel_in_file: turns
        for (recording, channel_in_file), turns in annotation.turns.items()
        if recording == used
    }
    if channel is None or used == id:
        return sorted(turn for turns in by_channel.values() for turn in turns)
    if len(by_channel) == 1:
        raise InputError(
            f"{path}: all turns of {used} have the same channel, but each channel is a recording; "
            f"expected the channel number in each line, or the recording id {id}"
        )
    return sorted(by_channel.get(str(channel), []))


def read_extent(path, *, id: str, name: str, duration: Seconds) -> tuple[list[Interval], str]:
    """Return the extent of one recording and its source: "uem", "audio" or "turns".

    The extent consists of the intervals in the UEM file `path`, clipped to the recording. If `path` is None it is
    the whole recording. If `duration` is infinite too, the extent depends on the hypothesis: the result is empty with
    source "turns". Raises InputError if the UEM file does not contain the recording.
    """
    recording = Interval(0.0, duration)
    if path is None:
        return ([], "turns") if math.isinf(duration) else (clip([recording], recording), "audio")
    names = possible_names(id, name)
    intervals = read_uem(path, only=set(names))
    used = next((candidate for candidate in names if candidate in intervals), None)
    if used is None:
        raise InputError(f"{path}: no line for recording {name}")
    extent = clip(intervals[used], recording)
    if intervals[used] and not extent:
        logging.warning("%s: all intervals of %s lie outside the recording", path, used)
    return extent, "uem"


def last_end(turns: Iterable[Turn]) -> Seconds:
    """Return the end of the last turn, or 0 if there is none.

    >>> last_end([Turn(0.0, 5.0, "a"), Turn(1.0, 2.0, "b")])
    5.0
    """
    return max((turn.end for turn in turns), default=0.0)
