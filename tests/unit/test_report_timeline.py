"""Colours and errors of the timeline agree with the score of the recording."""

import numpy as np
import pytest
from pyannote.core import Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from diarflow.report.colours import ERROR_COLOURS, PALETTE, UNMATCHED
from diarflow.report.error_list import list_errors, unscored_intervals
from diarflow.report.timeline import build_channel_tracks, build_tracks, dominant_speakers
from diarflow.scoring.diarization import ERROR_KINDS, score
from diarflow.scoring.pyannote_metrics import to_annotation
from diarflow.timeline.intervals import Interval, Turn, merge_overlapping, subtract

MISSED, FALSE_ALARM, CONFUSION = range(3)


def random_turns(rng):
    starts = rng.uniform(0, 20, rng.integers(0, 8)).round(2)
    return [Turn(s, s + round(rng.uniform(0.1, 6), 2), f"s{rng.integers(3)}") for s in starts]


def error_seconds(track, unscored=()):
    """Return the seconds of each kind of error, without the intervals of `unscored`."""
    holes = merge_overlapping(unscored)
    seconds = dict.fromkeys(ERROR_KINDS, 0.0)
    for start, end, kind, speakers, *_ in track["errors"]:
        for part in subtract(Interval(start, end), holes):
            seconds[ERROR_KINDS[kind]] += (part.end - part.start) * speakers
    return seconds


@pytest.mark.parametrize("seed", range(40))
def test_the_errors_of_the_timeline_add_up_to_the_score_and_to_pyannote_metrics(seed):
    rng = np.random.default_rng(seed)
    reference, hypothesis = random_turns(rng), random_turns(rng)
    extent = [Interval(1.0, 9.0), Interval(12.0, 18.0)]
    _, track = build_tracks({"reference": reference, "ours": hypothesis}, extent)
    seconds = error_seconds(track)
    scored = score(reference, hypothesis, extent, collar_each_side=0.25)["full"]
    expected = DiarizationErrorRate()(
        to_annotation(reference),
        to_annotation(hypothesis),
        uem=Timeline([Segment(*interval) for interval in extent]),
        detailed=True,
    )
    for kind, pyannote_name in (
        ("missed", "missed detection"),
        ("false_alarm", "false alarm"),
        ("confusion", "confusion"),
    ):
        assert seconds[kind] == pytest.approx(getattr(scored, kind), abs=1e-6)
        assert seconds[kind] == pytest.approx(expected[pyannote_name], abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_the_errors_outside_the_unscored_time_add_up_to_the_scores_with_a_collar(seed):
    rng = np.random.default_rng(seed)
    reference, hypothesis = random_turns(rng), random_turns(rng)
    extent = [Interval(1.0, 9.0), Interval(12.0, 18.0)]
    _, track = build_tracks({"reference": reference, "ours": hypothesis}, extent)
    unscored = unscored_intervals(reference, extent, collar_each_side=0.25)
    scored = score(reference, hypothesis, extent, collar_each_side=0.25)
    for protocol in ("fair", "forgiving"):
        for kind, seconds in error_seconds(track, unscored[protocol]).items():
            assert seconds == pytest.approx(getattr(scored[protocol], kind), abs=1e-6)


def test_an_error_gives_the_speakers_that_are_involved():
    """By hand: Ann is labelled as the speaker of Bob, then both speak and one of them is missed, then y is not mapped."""
    reference = [Turn(0.0, 6.0, "Ann"), Turn(4.0, 20.0, "Bob")]
    hypothesis = [Turn(0.0, 3.0, "a"), Turn(3.0, 18.0, "b"), Turn(18.0, 21.0, "y")]
    errors = list_errors(reference, hypothesis, [Interval(0.0, 21.0)])
    assert [tuple(error) for error in errors] == [
        (3.0, 4.0, "confusion", 1, ("Ann",), ("b",), False),
        (4.0, 6.0, "missed", 1, ("Ann",), (), True),
        (18.0, 20.0, "confusion", 1, ("Bob",), ("y",), False),
        (20.0, 21.0, "false_alarm", 1, (), ("y",), False),
    ]


def test_hypothesis_speakers_are_in_the_order_of_the_reference_and_unmapped_ones_come_last():
    reference = [Turn(0.0, 2.0, "Ann"), Turn(2.0, 4.0, "Bob")]
    hypothesis = [Turn(0.0, 0.5, "z"), Turn(0.5, 2.0, "y"), Turn(2.0, 4.0, "x")]
    _, ours = build_tracks({"reference": reference, "ours": hypothesis}, [Interval(0.0, 4.0)])
    assert [speaker["label"] for speaker in ours["speakers"]] == ["y = Ann", "x = Bob", "z"]
    assert [speaker["talk"] for speaker in ours["speakers"]] == [1.5, 2.0, 0.5]


def test_the_sample_of_a_speaker_is_the_longest_time_in_which_nobody_else_is_active():
    turns = [Turn(0.0, 9.0, "Ann"), Turn(1.0, 8.0, "Bob"), Turn(10.0, 12.0, "Ann")]
    ann, bob = build_tracks({"ours": turns}, [])[0]["speakers"]
    assert ann["sample"] == [10.0, 12.0] and bob["sample"] is None


def _contrast(colour, other):
    """Return the contrast ratio of WCAG 2.1 of two colours, #rrggbb."""
    luminances = []
    for text in (colour, other):
        channels = np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        luminances.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return max(luminances) / min(luminances)


@pytest.mark.parametrize("background", ["#ffffff", "#121417"])
def test_the_colours_of_speakers_have_contrast_and_are_not_those_of_errors(background):
    for colour in (*PALETTE, UNMATCHED):
        assert _contrast(colour, background) >= 3
        assert colour not in ERROR_COLOURS.values()
    assert len(set(PALETTE)) == len(PALETTE) >= 10


def test_in_a_tie_colours_and_errors_use_the_mapping_of_the_score():
    """Ann and Bob share 0.3 s with x. In floating point Bob shares more, but the score maps x to Ann, by name."""
    reference = [Turn(0.0, 0.3, "Ann"), Turn(1.0, 1.3, "Bob")]
    hypothesis = [Turn(0.0, 2.0, "x")]
    assert reference[1].end - reference[1].start > 0.3
    tracks = build_tracks({"reference": reference, "ours": hypothesis}, [Interval(0.0, 2.0)])
    colours = [{row["name"]: row["colour"] for row in track["speakers"]} for track in tracks]
    assert colours[1]["x"] == colours[0]["Ann"] != colours[0]["Bob"]
    assert [1.0, 1.3, CONFUSION, 1, [1], [0], 0, 0] in tracks[1]["errors"]


def test_a_window_has_the_speaker_with_the_most_time_in_it():
    turns = [Turn(0.0, 1.0, "Ann"), Turn(0.5, 3.0, "Bob"), Turn(2.0, 2.5, "Bob")]
    windows = [(0.0, 1.2), (0.9, 2.0), (3.0, 4.0)]
    assert dominant_speakers(windows, turns) == ["Ann", "Bob", None]
    assert dominant_speakers([(0.5, 1.0)], turns) == ["Ann"]  # a tie; Ann speaks first
    assert dominant_speakers(windows, []) == [None, None, None]


def test_speakers_of_a_call_are_mapped_within_their_channel_and_have_different_colours():
    """By hand: on channel 2, 1 s is missed; the speaker of channel 1 has the colour of Ann, not of Bob."""
    channels = [
        {"reference": [Turn(0.0, 4.0, "1: Ann")], "ours": [Turn(0.0, 4.0, "1: x")]},
        {"reference": [Turn(0.0, 5.0, "2: Bob")], "ours": [Turn(1.0, 5.0, "2: x")]},
    ]
    reference, ours = build_channel_tracks(channels, [{"ours": [Interval(0.0, 5.0)]}] * 2)
    colours = [
        {speaker["name"]: speaker["colour"] for speaker in track["speakers"]}
        for track in (reference, ours)
    ]
    assert len(set(colours[0].values())) == 2
    assert colours[1] == {"1: x": colours[0]["1: Ann"], "2: x": colours[0]["2: Bob"]}
    assert ours["errors"] == [[0.0, 1.0, MISSED, 1, [1], [], 0, 1]]  # on the second channel
