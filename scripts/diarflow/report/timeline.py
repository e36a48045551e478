"""Tracks of a recording's timeline: the turns of the reference and of each system, with colours and errors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from diarflow.report.colours import UNMATCHED, speaker_colours
from diarflow.report.error_list import SpeakerError, list_errors, overlap_intervals
from diarflow.report.talk_statistics import talk_statistics
from diarflow.scoring.diarization import ERROR_KINDS
from diarflow.scoring.mapping import optimal_mapping
from diarflow.timeline.atomic_regions import activity, merge_by_speaker
from diarflow.timeline.intervals import Interval, Seconds, Turn

REFERENCE = "reference"
_DECIMALS = 6  # of speaking times; equal times then compare equal on every machine
_NUMBERED = re.compile(
    r"(\d+: )?SPEAKER_0*(\d+)"
)  # a speaker that a system named, in a call with its channel
_CHANNEL = re.compile(r"\d+: ")

Extents = Mapping[str, Sequence[Interval]]  # scored extent by name of the system


def build_tracks(
    turns_by_track: Mapping[str, Sequence[Turn]], extent: Sequence[Interval]
) -> list[dict[str, Any]]:
    """Return a JSON track for the reference and for each system.

    A track contains its speakers, the intervals of overlap and, if there is a reference, the errors.
    A mapped hypothesis speaker has the colour of its reference speaker. Other hypothesis speakers are grey and come last.
    An error has start, end, kind (as an index of ERROR_KINDS), number of affected speakers, the reference speakers and
    the hypothesis speakers (as indices), 1 in overlap, and the index of the channel.

    >>> turns = {"reference": [Turn(0.0, 4.0, "Ann")], "ours": [Turn(1.0, 4.0, "SPEAKER_06")]}
    >>> reference, ours = build_tracks(turns, [Interval(0.0, 4.0)])
    >>> ours["speakers"]  # doctest: +NORMALIZE_WHITESPACE
    [{'name': 'SPEAKER_06', 'label': '6 = Ann', 'reference': 'Ann', 'colour': '#0072B2', 'turns': [[1.0, 4.0]],
      'talk': 3.0, 'sample': [1.0, 4.0]}]
    >>> ours["errors"]
    [[0.0, 1.0, 0, 1, [0], [], 0, 0]]
    """
    return build_channel_tracks([turns_by_track], [dict.fromkeys(turns_by_track, extent)])


def build_channel_tracks(
    channels: Sequence[Mapping[str, Sequence[Turn]]], extents: Sequence[Extents]
) -> list[dict[str, Any]]:
    """Return the tracks of a recording, as `build_tracks` does, from the turns by track and the extents of each channel.

    A speaker has the same name in one channel only. Speakers are mapped within a channel, and the errors are those of all
    channels.
    """
    tracks: list[dict[str, Any]] = []
    joined = joined_turns(channels)
    reference_colours = speaker_colours(joined.get(REFERENCE, ()))
    reference_speakers = list(reference_colours)
    for name, turns in joined.items():
        is_hypothesis = name != REFERENCE and REFERENCE in joined
        mapping: dict[str, str] = {}
        colours = {} if is_hypothesis else speaker_colours(turns)
        if is_hypothesis:
            for channel, extent in zip(channels, extents, strict=True):
                mapping |= optimal_mapping(channel[REFERENCE], channel[name], extent[name])
            colours = {speaker: reference_colours[other] for speaker, other in mapping.items()}
        speakers = _speakers(turns, colours, mapping)
        if is_hypothesis:  # in the order of the reference speakers
            order = {speaker: index for index, speaker in enumerate(reference_speakers)}
            speakers.sort(key=lambda row: order.get(row["reference"], len(order)))
        track = {"name": name, "speakers": speakers, "overlap": _overlap(turns)}
        if is_hypothesis:
            names = [row["name"] for row in speakers]
            errors = [
                row
                for index, (channel, extent) in enumerate(zip(channels, extents, strict=True))
                for row in _error_rows(
                    list_errors(channel[REFERENCE], channel[name], extent[name]),
                    reference_speakers, names, index,
                )
            ]  # fmt: skip
            track["errors"] = sorted(errors)
        tracks.append(track)
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


def speaker_label(speaker: str, reference: str | None) -> str:
    """Return the label of a hypothesis speaker that is mapped to a reference speaker.

    >>> speaker_label("SPEAKER_06", "FEO072"), speaker_label("2: SPEAKER_00", "2: Ann"), speaker_label("x", None)
    ('6 = FEO072', '2: 0 = Ann', 'x')
    """
    numbered = _NUMBERED.fullmatch(speaker)
    short = f"{numbered[1] or ''}{numbered[2]}" if numbered else speaker
    if reference is None:
        return speaker
    if _CHANNEL.match(speaker):
        reference = _CHANNEL.sub("", reference, count=1)
    return f"{short} = {reference}"


def _speakers(
    turns: Sequence[Turn], colours: Mapping[str, str], mapping: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return each speaker with its turns, talk time and longest turn alone, in the order of their first turns."""
    turns = sorted(turns)
    by_speaker: dict[str, list[list[Seconds]]] = {}
    for turn, times in zip(turns, rounded_times(turns), strict=True):
        by_speaker.setdefault(turn.speaker, []).append(times)
    statistics = talk_statistics(turns)
    return [
        {
            "name": speaker,
            "label": speaker_label(speaker, mapping.get(speaker)),
            "reference": mapping.get(speaker),
            "colour": colours.get(speaker, UNMATCHED),
            "turns": times,
            "talk": round(statistics.talk[speaker], 3),
            "sample": next(
                iter(rounded_times(filter(None, [statistics.samples.get(speaker)]))), None
            ),
        }
        for speaker, times in by_speaker.items()
    ]


def _overlap(turns: Sequence[Turn]) -> list[list[Seconds]]:
    end = max((turn.end for turn in turns), default=0.0)
    return rounded_times(overlap_intervals(turns, [Interval(0.0, end)]))


def _error_rows(
    errors: Sequence[SpeakerError], reference: list[str], hypothesis: list[str], channel: int
) -> list[list]:
    """Return the rows of a track's errors, with speakers as indices."""
    return [
        [
            *times,
            ERROR_KINDS.index(error.kind),
            error.speakers,
            [reference.index(speaker) for speaker in error.reference],
            [hypothesis.index(speaker) for speaker in error.hypothesis],
            int(error.overlap),
            channel,
        ]
        for error, times in zip(errors, rounded_times(errors), strict=True)
    ]


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
