"""Scores of people across recordings, against pyannote.metrics, scikit-learn, and sums over seconds one by one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.scoring.linking import (
    NO_TIMES,
    b_cubed,
    cross_recording_confusion,
    der_percent,
    detection_errors,
    link_precision_recall,
    link_times,
)
from diarflow.timeline.intervals import Interval, Turn

LENGTH = 20.0


def random_corpus(seed, recordings=4):
    """Return reference and hypothesis of recordings of 20 s, with times in tenths of a second."""
    random = np.random.default_rng(seed)

    def turns(names):
        starts = random.integers(0, 180, 8) / 10
        return [Turn(s, s + random.integers(5, 20) / 10, str(random.choice(names))) for s in starts]

    return {
        f"r{n}": (turns(["Ann", "Bob", "Cay"]), turns(["p1", "p2", "p3", "p4"]))
        for n in range(recordings)
    }


def total(corpus):
    times = NO_TIMES
    for id, (reference, hypothesis) in corpus.items():
        times += link_times(id, reference, hypothesis, [Interval(0.0, LENGTH)])
    return times


@pytest.mark.parametrize("seed", range(5))
def test_the_cross_recording_der_is_that_of_pyannote_on_the_joined_recordings(seed):
    """With one time axis for all recordings, pyannote.metrics uses one mapping."""
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    corpus = random_corpus(seed)
    joined = [Annotation(), Annotation()]
    for number, sides in enumerate(corpus.values()):
        for annotation, turns in zip(joined, sides, strict=True):
            for track, (start, end, speaker) in enumerate(turns):
                offset = number * LENGTH
                annotation[Segment(offset + start, offset + end), f"{number}-{track}"] = speaker
    # overlapping turns of one speaker count once
    joined = [annotation.support() for annotation in joined]
    extent = Timeline([Segment(0, LENGTH * len(corpus))])
    expected = 100 * DiarizationErrorRate()(*joined, uem=extent)
    times = total(corpus)
    assert der_percent(times, cross_recording_confusion(times)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_der_within_recordings_is_the_sum_of_pyannote_over_recordings(seed):
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    corpus, metric = random_corpus(seed), DiarizationErrorRate()
    for sides in corpus.values():
        joined = [Annotation(), Annotation()]
        for annotation, turns in zip(joined, sides, strict=True):
            for track, (start, end, speaker) in enumerate(turns):
                annotation[Segment(start, end), track] = speaker
        metric(*(annotation.support() for annotation in joined), uem=Timeline([Segment(0, LENGTH)]))
    times = total(corpus)
    assert der_percent(times, times.confusion) == pytest.approx(100 * abs(metric), abs=1e-6)


def seconds_one_by_one(single):
    """Return recording, hypothesis and reference of each tenth of a second."""
    return [key for key, seconds in single.items() for _ in range(round(10 * seconds))]


@pytest.mark.parametrize("seed", range(5))
def test_links_and_b_cubed_equal_sums_over_tenths_of_seconds(seed):
    single = total(random_corpus(seed, 3)).single
    items = seconds_one_by_one(single)
    pairs = [(a, b) for a, b in combinations(items, 2) if a[0] != b[0]]
    linked = [a[2] == b[2] for a, b in pairs if a[1] == b[1]]
    of_one = [a[1] == b[1] for a, b in pairs if a[2] == b[2]]
    assert link_precision_recall(single) == pytest.approx((np.mean(linked), np.mean(of_one)))
    precision = [np.mean([b[2] == a[2] for b in items if b[1] == a[1]]) for a in items]
    recall = [np.mean([b[1] == a[1] for b in items if b[2] == a[2]]) for a in items]
    assert b_cubed(single) == pytest.approx((np.mean(precision), np.mean(recall)))


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_detection_errors_equal_those_of_the_curve_of_scikit_learn(seed):
    from sklearn.metrics import roc_curve

    random = np.random.default_rng(seed)
    same = np.append(random.random(60) < 0.3, [True, False])
    scores = (random.normal(0, 1, 62) + same).round(1)
    alarm, hit, _ = roc_curve(same, scores, drop_intermediate=False)
    eer, cost = detection_errors(scores, same)
    assert cost == pytest.approx((0.01 * (1 - hit) + 0.99 * alarm).min() / 0.01)
    # the rates cross between two points of the curve
    crossing = np.interp(0.0, alarm - (1 - hit), 100 * alarm)
    assert eer == pytest.approx(crossing)


def test_perfect_links_have_no_errors():
    reference = [Turn(0.0, 4.0, "Ann"), Turn(5.0, 8.0, "Bob")]
    people = [turn._replace(speaker={"Ann": "p1", "Bob": "p2"}[turn.speaker]) for turn in reference]
    times = total({"a": (reference, people), "b": (reference, people)})
    assert cross_recording_confusion(times) == 0.0
    assert link_precision_recall(times.single) == b_cubed(times.single) == (1.0, 1.0)


def test_one_recording_has_no_links():
    times = total({"a": ([Turn(0.0, 4.0, "Ann")], [Turn(0.0, 4.0, "p1")])})
    assert link_precision_recall(times.single) == (None, None)
    assert detection_errors(np.array([1.0]), np.array([True])) is None
