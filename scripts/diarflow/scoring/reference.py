"""References, imported systems and UEM files as users provide them: the turns and the extent of one recording."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile
from diarflow.formats.recognition import parse_annotation_file, read_annotation_file
from diarflow.formats.rttm_speakers import MISSING
from diarflow.formats.text import examples, malformed
from diarflow.formats.uem import parse_uem, read_uem_lines
from diarflow.scoring.channels import mapping_note
from diarflow.scoring.notes import EMPTY, Notes
from diarflow.scoring.recording_lines import RecordingLines
from diarflow.timeline.intervals import (
    Interval,
    Seconds,
    Turn,
    clip,
    merge_overlapping,
    subtract,
)

_ROUNDING: Seconds = 0.001  # an interval that ends this much after the recording was rounded

# Intervals of a UEM by channel, as the file writes it
Scored = dict[str, list[Interval]]


class Reference(NamedTuple):
    """Turns of a recording, the intervals that its reference excludes from scoring, and notes."""

    turns: list[Turn]
    unscored: list[Interval]
    notes: Notes


def read_channels(file: AnnotationFile, names: Iterable[str]) -> set[str]:
    """Return the channels of the lines of one recording, as a file of annotations writes them.

    Raises InputError for malformed lines.
    """
    return parse_annotation_file(file, names).channels


def read_reference(path, recording: RecordingLines, *, scored: Scored | None = None) -> Reference:
    """Return the turns of one recording from a file of any format, which may contain other recordings.

    Without a line of the recording, the reference is empty if the file is the recording's own and has no lines, or if
    the file is that of several recordings and the UEM (`scored`) contains the recording. If each channel is a recording,
    only turns with its number, or with its id, are returned.
    Raises InputError if the file is that of other recordings, is malformed, or does not distinguish channels.
    """
    file = read_annotation_file(path, recording.selection)
    names = recording.find(file)
    if not names:
        is_empty = file.is_empty and recording.is_own
        is_silent = bool(scored) and not recording.is_own and not file.problems
        if is_empty or is_silent:
            return Reference([], [], Notes({EMPTY: 1}))
        raise _foreign(file, recording)
    annotations = parse_annotation_file(file, names)
    try:
        chosen = _choose(annotations.channels, recording, names, scored or {})
    except InputError as error:
        raise InputError(f"{path}: {recording.name}: {error}") from None
    turns = [turn for value in chosen for turn in annotations.turns.get(value, [])]
    unscored = [
        interval for value in {*chosen, MISSING} for interval in annotations.unscored.get(value, [])
    ]
    notes = Notes({EMPTY: 0 if turns else 1}) + annotations.notes
    notes["turns with a space in the speaker's name"] = annotations.spaces
    if not recording.is_each:
        notes["turns of other channels left out"] = len(annotations.all_turns()) - len(turns)
    if recording.channel and (mapping := mapping_note(annotations.channels, recording.channels)):
        notes[f"turns with {mapping}"] = len(turns)
    return Reference(sorted(turns), unscored, notes)


def _choose(
    values: set[str], recording: RecordingLines, names: list[str], scored: Scored
) -> set[str]:
    """Return the channel values of the recording's lines. Raises InputError without a place."""
    if not values or (recording.is_each and recording.is_id(names)):
        return values
    chosen = recording.choose(values)
    if chosen is not None:
        return chosen
    if not recording.is_each or recording.channels == 1:
        return values
    # only the UEM can tell that the reference covers more than one channel
    if recording.choose(scored) is not None:
        return values if recording.channel == 1 else set()
    raise InputError(
        f"all lines have the same channel ({examples(sorted(values))}), but each channel is a recording; "
        f"expected the channel number in each line, or the recording id {recording.id}"
    )


def _foreign(file: AnnotationFile, recording: RecordingLines) -> InputError:
    """Return the error of a file without a line of the recording."""
    if file.problems:
        return malformed(file.path, file.problems)
    if file.is_empty:
        return InputError(f"{file.path}: has no lines, expected those of {recording.name}")
    shared = [form for form in recording.shared if form in file.index]
    hint = f"; {shared[0]} may mean several recordings, expected their folders" if shared else ""
    return InputError(
        f"{file.path}: no turn of recording {recording.name}; "
        f"the file contains {examples(sorted(file.lines))}{hint}"
    )


def check_placement(turns: Iterable[Turn], *, path, name: str, duration: Seconds) -> None:
    """Raise InputError if more than half of the time of the turns lies outside the recording, or if all are empty.

    The reference is then in another unit, of another recording, or of another part of it.
    """
    turns = list(turns)
    total = sum(turn.end - turn.start for turn in turns)
    inside = sum(max(0.0, min(turn.end, duration) - max(turn.start, 0.0)) for turn in turns)
    if turns and total == 0:
        raise InputError(f"{path}: the duration of each turn of {name} is 0")
    if total - inside > total / 2:
        raise InputError(
            f"{path}: {total - inside:.0f} of {total:.0f} s of the turns of {name} lie outside the recording, which has "
            f"{duration:.0f} s; are the times in milliseconds, or of another recording?"
        )


def read_scored(path, recording: RecordingLines) -> Scored:
    """Return the intervals of one recording in a UEM file, by channel. Raises InputError if there are none."""
    file = read_uem_lines(path)
    names = recording.find(file)
    if not names:
        raise InputError(f"{path}: no line for recording {recording.name}")
    return parse_uem(file, names)


def make_extent(
    path,
    scored: Scored | None,
    recording: RecordingLines,
    *,
    duration: Seconds,
    unscored: Iterable[Interval] = (),
    is_placed: bool = True,
) -> tuple[list[Interval], str, Notes]:
    """Return the extent of one recording, its source ("uem", "audio" or "turns"), and notes.

    The extent consists of the intervals in the UEM file `path`, clipped to the recording; without a UEM it is the
    whole recording. If the duration is infinite too, the extent depends on the hypothesis: the result is empty with
    source "turns". The `unscored` intervals are removed.
    Raises InputError if the UEM has other channels only, or, with `is_placed`, if it lies outside the recording.
    """
    unscored = merge_overlapping(unscored)
    notes = Notes({"NOSCORE intervals left out of the extent": len(unscored)})
    if scored is None and math.isinf(duration):
        return [], "turns", Notes({"NOSCORE intervals without effect": len(unscored)})
    if scored is None:
        extent, source = clip([Interval(0.0, duration)], Interval(0.0, duration)), "audio"
    else:
        try:
            extent, uem_notes = _clipped(scored, recording, duration)
        except InputError as error:
            raise InputError(f"{path}: {recording.name}: {error}") from None
        source, notes = "uem", notes + uem_notes
        if is_placed and not extent and uem_notes[_OUTSIDE]:
            raise InputError(
                f"{path}: all intervals of {recording.name} lie outside the recording, which has {duration:.0f} s"
            )
    return [part for interval in extent for part in subtract(interval, unscored)], source, notes


_OUTSIDE = "UEM intervals outside the recording dropped"


def _clipped(
    scored: Scored, recording: RecordingLines, duration: Seconds
) -> tuple[list[Interval], Notes]:
    """Return the intervals of the recording's channel, merged and clipped to the recording, and notes."""
    chosen = recording.choose(scored)
    notes = Notes()
    if chosen is not None and (mapping := mapping_note(scored, recording.channels)):
        notes[f"UEM intervals with {mapping}"] = sum(len(scored[value]) for value in chosen)
    values = scored if chosen is None else chosen
    intervals = sorted(interval for value in values for interval in scored[value])
    merged = merge_overlapping(intervals)
    inside = clip(merged, Interval(0.0, duration))
    notes["UEM intervals that overlap merged"] = _overlaps(intervals)
    notes[_OUTSIDE] = len(merged) - len(inside)
    notes["UEM intervals clipped to the recording"] = sum(
        interval.start < duration < interval.end - _ROUNDING for interval in merged
    )
    notes["UEM without the channel"] = int(not values)
    return inside, notes


def _overlaps(intervals: list[Interval]) -> int:
    """Return how many sorted intervals begin before the end of an earlier one."""
    count, end = 0, -math.inf
    for interval in intervals:
        count += interval.start < end
        end = max(end, interval.end)
    return count
