"""Tracks of a recording's timeline: the turns of the reference and of each system, with colours and errors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from diarflow.report.colours import UNMATCHED, speaker_colours
from diarflow.scoring.diarization import ERROR_KINDS, error_regions
from diarflow.scoring.mapping import optimal_mapping
from diarflow.timeline.atomic_regions import activity, merge_by_speaker
from diarflow.timeline.intervals import Interval, Seconds, Turn

REFERENCE = "reference"
_DECIMALS = 6  # of speaking times; equal times then compare equal on every machine


def build_tracks(
    turns_by_track: Mapping[str, Sequence[Turn]], extent: Sequence[Interval]
) -> list[dict[str, Any]]:
    """Return a JSON track for the reference and for each system.

    A track contains the turns and the colour of each speaker, and the errors if there is a reference.
    A mapped hypothesis speaker has the colour of its reference speaker. Other hypothesis speakers are grey.

    >>> turns = {"reference": [Turn(0.0, 4.0, "Ann")], "ours": [Turn(1.0, 4.0, "x")]}
    >>> reference, ours = build_tracks(turns, [Interval(0.0, 4.0)])
    >>> ours["speakers"]
    [{'name': 'x', 'colour': '#0072B2', 'turns': [[1.0, 4.0]]}]
    >>> ours["errors"]
    {'missed': [[0.0, 1.0, 1]], 'false_alarm': [], 'confusion': []}
    """
    return build_channel_tracks([turns_by_track], [extent])


def build_channel_tracks(
    channels: Sequence[Mapping[str, Sequence[Turn]]], extents: Sequence[Sequence[Interval]]
) -> list[dict[str, Any]]:
    """Return the tracks of a recording, as `build_tracks` does, from the turns by track and the extent of each channel.

    A speaker has the same name in one channel only. Speakers are mapped within a channel, and the errors are those of all
    channels.
    """

    def speakers_of(name: str, colours: Mapping[str, str]) -> list[dict[str, Any]]:
        return [row for channel in channels for row in _speakers(channel.get(name, ()), colours)]

    tracks: list[dict[str, Any]] = []
    joined = joined_turns(channels)
    reference_colours = speaker_colours(joined.get(REFERENCE, ()))
    for name, turns in joined.items():
        if name == REFERENCE or REFERENCE not in joined:
            tracks.append({"name": name, "speakers": speakers_of(name, speaker_colours(turns))})
            continue
        colours: dict[str, str] = {}
        errors: dict[str, list[list[float]]] = {kind: [] for kind in ERROR_KINDS}
        for channel, extent in zip(channels, extents, strict=True):
            mapping = optimal_mapping(channel[REFERENCE], channel[name], extent)
            colours |= {speaker: reference_colours[other] for speaker, other in mapping.items()}
            for kind, rows in _errors(channel[REFERENCE], channel[name], extent).items():
                errors[kind] += rows
        errors = {kind: sorted(rows) for kind, rows in errors.items()}
        tracks.append({"name": name, "errors": errors, "speakers": speakers_of(name, colours)})
    return tracks


def joined_turns(channels: Sequence[Mapping[str, Sequence[Turn]]]) -> dict[str, list[Turn]]:
    """Return the turns of all channels by track.

    >>> joined_turns([{"ours": [Turn(0.0, 1.0, "1: a")]}, {"ours": [Turn(0.0, 2.0, "2: b")]}])
    {'ours': [Turn(start=0.0, end=1.0, speaker='1: a'), Turn(start=0.0, end=2.0, speaker='2: b')]}
    """
    joined: dict[str, list[Turn]] = {}
    for channel in channels:
        for name, turns in channel.items():
            joined.setdefault(name, []).extend(turns)
    return joined


def _speakers(turns: Sequence[Turn], colours: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return name, colour and turns of each speaker, in the order of their first turns."""
    turns = sorted(turns)
    by_speaker: dict[str, list[list[Seconds]]] = {}
    for turn, times in zip(turns, rounded_times(turns), strict=True):
        by_speaker.setdefault(turn.speaker, []).append(times)
    return [
        {"name": speaker, "colour": colours.get(speaker, UNMATCHED), "turns": times}
        for speaker, times in by_speaker.items()
    ]


def _errors(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], extent: Sequence[Interval]
) -> dict[str, list[list[float]]]:
    """Return start, end and number of speakers of each error, by kind of error."""
    errors: dict[str, list[list[float]]] = {kind: [] for kind in ERROR_KINDS}
    regions = error_regions(reference, hypothesis, extent)
    for region, times in zip(regions, rounded_times(regions), strict=True):
        errors[region.kind].append([*times, region.speakers])
    return errors


def rounded_times(intervals: Iterable[tuple]) -> list[list[Seconds]]:
    """Return start and end of each interval, rounded to the millisecond.

    >>> rounded_times([Turn(0.0, 1.23456, "Ann")])
    [[0.0, 1.235]]
    """
    times = np.array([interval[:2] for interval in intervals], dtype=float).reshape(-1, 2)
    return times.round(3).tolist()


def dominant_speakers(
    windows: Sequence[Sequence[Seconds]], turns: Sequence[Turn]
) -> list[str | None]:
    """Return the speaker with the most speaking time in each window; None for a window without speech.

    A window begins with its start and end. In a tie, the speaker with the earlier first turn is returned.

    >>> dominant_speakers([(0.0, 2.0), (5.0, 6.0)], [Turn(0.0, 0.5, "Ann"), Turn(0.5, 2.0, "Bob")])
    ['Bob', None]
    """
    if not turns:
        return [None] * len(windows)
    merged = merge_by_speaker(turns)
    times_by_speaker = {turn.speaker: merged[turn.speaker] for turn in sorted(turns)}
    borders = np.unique(np.concatenate(list(times_by_speaker.values())))
    # seconds of each speaker up to each border (speakers, borders)
    elapsed = np.zeros((len(times_by_speaker), len(borders)))
    active = activity(borders, times_by_speaker).T
    np.cumsum(active * np.diff(borders), axis=1, out=elapsed[:, 1:])
    starts, ends = (np.array([window[side] for window in windows], dtype=float) for side in (0, 1))
    seconds = np.array(
        [np.interp(ends, borders, row) - np.interp(starts, borders, row) for row in elapsed]
    ).round(_DECIMALS)
    names = list(times_by_speaker)
    return [
        names[index] if longest > 0 else None
        for index, longest in zip(
            seconds.argmax(axis=0).tolist(), seconds.max(axis=0).tolist(), strict=True
        )
    ]
