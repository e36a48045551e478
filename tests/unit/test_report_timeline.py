"""Colours and errors of the timeline agree with the score of the recording."""

import numpy as np
import pytest
from pyannote.core import Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from diarflow.report.timeline import build_channel_tracks, build_tracks, dominant_speakers
from diarflow.scoring.diarization import score
from diarflow.scoring.pyannote_metrics import to_annotation
from diarflow.timeline.intervals import Interval, Turn


def random_turns(rng):
    starts = rng.uniform(0, 20, rng.integers(0, 8)).round(2)
    return [Turn(s, s + round(rng.uniform(0.1, 6), 2), f"s{rng.integers(3)}") for s in starts]


def error_seconds(track):
    return {
        kind: sum((end - start) * speakers for start, end, speakers in errors)
        for kind, errors in track["errors"].items()
    }


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


def test_in_a_tie_colours_and_errors_use_the_mapping_of_the_score():
    """Ann and Bob share 0.3 s with x. In floating point Bob shares more, but the score maps x to Ann, by name."""
    reference = [Turn(0.0, 0.3, "Ann"), Turn(1.0, 1.3, "Bob")]
    hypothesis = [Turn(0.0, 2.0, "x")]
    assert reference[1].end - reference[1].start > 0.3
    tracks = build_tracks({"reference": reference, "ours": hypothesis}, [Interval(0.0, 2.0)])
    colours = [{row["name"]: row["colour"] for row in track["speakers"]} for track in tracks]
    assert colours[1]["x"] == colours[0]["Ann"] != colours[0]["Bob"]
    assert tracks[1]["errors"]["confusion"] == [[1.0, 1.3, 1]]


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
    reference, ours = build_channel_tracks(channels, [[Interval(0.0, 5.0)]] * 2)
    colours = [
        {speaker["name"]: speaker["colour"] for speaker in track["speakers"]}
        for track in (reference, ours)
    ]
    assert len(set(colours[0].values())) == 2
    assert colours[1] == {"1: x": colours[0]["1: Ann"], "2: x": colours[0]["2: Bob"]}
    assert ours["errors"] == {"missed": [[0.0, 1.0, 1]], "false_alarm": [], "confusion": []}
