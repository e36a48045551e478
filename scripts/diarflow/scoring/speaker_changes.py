"""How well speaker changes are found: purity and coverage of what they cut speech into.

They are those of pyannote.metrics (Bredin 2017) on a speech-only axis; on the usual one pieces are
cut again at every pause of the reference, and finding nothing looks good. A region is what one
speaker (one set of speakers) says in a row, a piece what lies between successive changes found.
Times are rounded to the borders of frames of 10 ms. Results add; of nothing, purity and coverage
are 1.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from diarflow.timeline.intervals import Interval, Seconds, Turn, clip, union

MAX_GAP: Seconds = 0.3  # a shorter pause of one speaker is speech
KINDS = ("single", "set")  # active speakers in the frames that count: exactly one, at least one
_RATE = 100  # frames a second


def _add(one, other):
    return type(one)(*(a + b for a, b in zip(one, other, strict=True)))


class Coverage(NamedTuple):
    """Seconds of regions in their longest piece, of pieces in their longest region, in all."""

    covered: Seconds = 0.0
    pure: Seconds = 0.0
    total: Seconds = 0.0
    __add__ = _add
    coverage = property(lambda self: self.covered / self.total if self.total else 1.0)
    purity = property(lambda self: self.pure / self.total if self.total else 1.0)


class Matches(NamedTuple):
    """Numbers of changes: found and true, found, true."""

    hits: int = 0
    detected: int = 0
    reference: int = 0
    __add__ = _add


class Candidates(NamedTuple):
    """One recording: `regions` (frames,), and its changes' times (s) and scores (candidates,)."""

    regions: np.ndarray
    times: np.ndarray
    scores: np.ndarray


class Curve(NamedTuple):
    """A corpus at each threshold (thresholds,), ascending; `changes` is how many score above it."""

    threshold: np.ndarray
    purity: np.ndarray
    coverage: np.ndarray
    changes: np.ndarray


def _frame(times) -> np.ndarray:
    return np.rint(np.asarray(times, dtype=float) * _RATE).astype(int)


def _active(turns: Sequence[Turn], duration: Seconds) -> np.ndarray:
    """Whether each speaker is active in each frame (speakers, frames), short gaps filled."""
    speakers = sorted({turn.speaker for turn in turns})
    active = np.zeros((len(speakers), _frame(duration)), dtype=bool)
    for row, speaker in zip(active, speakers, strict=True):
        said = (Interval(turn.start, turn.end) for turn in turns if turn.speaker == speaker)
        filled = clip(union(said, gap=MAX_GAP + 1e-9), Interval(0.0, duration))
        for first, last in _frame(filled).reshape(-1, 2):
            row[first:last] = True
    return active


def regions(turns: Sequence[Turn], *, duration: Seconds, kind: str) -> np.ndarray:
    """The number, from 0 on, of the region that each frame (frames,) is in, -1 where it is dropped.

    `kind` "single" keeps frames with exactly one active speaker, "set" those with at least one.
    What is dropped inside a region does not end it.

    >>> said = [Turn(0.0, 0.03, "Ann"), Turn(0.02, 0.04, "Bob"), Turn(0.05, 0.06, "Bob")]
    >>> regions(said, duration=0.07, kind="single").tolist()  # Bob's gap of 10 ms is filled
    [0, 0, -1, 1, 1, 1, -1]
    >>> regions(said, duration=0.07, kind="set").tolist()
    [0, 0, 1, 2, 2, 2, -1]
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    active = _active(turns, duration)
    speakers = active.sum(axis=0)
    kept = np.flatnonzero(speakers == 1 if kind == "single" else speakers >= 1)
    numbers = np.full(active.shape[1], -1)
    numbers[kept[:1]] = 0
    numbers[kept[1:]] = np.cumsum((active[:, kept[1:]] != active[:, kept[:-1]]).any(axis=0))
    return numbers


def _speech_axis(regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The frames kept (kept,), and where among them each region but the first starts (changes,)."""
    kept = np.flatnonzero(regions >= 0)
    return kept, np.flatnonzero(np.diff(regions[kept])) + 1


def true_changes(turns: Sequence[Turn], *, duration: Seconds, kind: str) -> np.ndarray:
    """Where the old region ends and the new one starts (changes, 2), in seconds.

    >>> true_changes([Turn(0, 1, "Ann"), Turn(1.5, 2, "Bob")], duration=2, kind="single").tolist()
    [[1.0, 1.5]]
    """
    return _changes_of(regions(turns, duration=duration, kind=kind))


def _changes_of(regions: np.ndarray) -> np.ndarray:
    kept, starts = _speech_axis(regions)
    return np.column_stack([kept[starts - 1] + 1, kept[starts]]) / _RATE


def _shared(starts: np.ndarray, cuts: np.ndarray, frames: int) -> tuple[float, float, float]:
    """Seconds covered, pure and in all; `starts` and `cuts` are positions on an axis of `frames`.

    The borders of both cut the axis into the cells of the co-occurrence matrix that are not 0.
    """
    starts = np.append(0, starts)
    cuts = np.unique(np.append(0, cuts))
    borders = np.union1d(starts, cuts)
    cells = np.diff(borders, append=frames)
    firsts = (np.searchsorted(borders, of) for of in (starts, cuts))
    covered, pure = (int(np.maximum.reduceat(cells, first).sum()) for first in firsts)
    return covered / _RATE, pure / _RATE, frames / _RATE


def score_changes(regions: np.ndarray, times: Sequence[Seconds] | np.ndarray) -> Coverage:
    """Score the changes found in one recording, in any order; pauses alone cut nothing.

    >>> said = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob")]
    >>> score_changes(regions(said, duration=9, kind="single"), [2, 3.5])
    Coverage(covered=4.0, pure=5.0, total=5.0)
    """
    kept, starts = _speech_axis(regions)
    return Coverage(*_shared(starts, np.searchsorted(kept, _frame(times)), len(kept)))


def with_changes(recordings: Iterable[Candidates]) -> list[Candidates]:
    """The recordings with at least two regions; the others say nothing about changes."""
    return [recording for recording in recordings if recording[0].max(initial=-1) > 0]


def at_thresholds(recording: Candidates, thresholds: np.ndarray) -> np.ndarray:
    """One recording's seconds covered, pure, in all, and number of changes (thresholds, 4).

    A change counts if it scores above the threshold, as in `changes.peaks.pick`. Tables add.
    """
    numbers, times, scores = recording
    kept, starts = _speech_axis(numbers)
    best_first = np.argsort(-np.asarray(scores), kind="stable")
    cuts = np.searchsorted(kept, _frame(times))[best_first]
    above = len(cuts) - np.searchsorted(np.sort(scores), thresholds, side="right")
    counts, inverse = np.unique(above, return_inverse=True)  # few differ: score only those
    rows = [(*_shared(starts, cuts[:count], len(kept)), count) for count in counts]
    return np.array(rows, dtype=float)[inverse]


def curve(thresholds: np.ndarray, per_recording: Sequence[np.ndarray]) -> Curve:
    """The tables of `at_thresholds`, one a recording, as one corpus."""
    tables = np.reshape(per_recording, (-1, len(thresholds), 4))
    covered, pure, total, changes = tables.sum(axis=0).T
    shares = np.ones((2, len(thresholds)))
    np.divide([pure, covered], total, out=shares, where=total > 0)
    return Curve(thresholds, *shares, changes.astype(int))


def sweep(recordings: Sequence[Candidates], *, max_thresholds: int = 500) -> Curve:
    """Purity and coverage of a corpus, with the same threshold for all recordings.

    Thresholds are -inf, for every change, and the distinct scores, or evenly ranked ones of them.

    >>> numbers = regions([Turn(0, 3, "Ann"), Turn(4, 6, "Bob")], duration=6, kind="single")
    >>> found = sweep([Candidates(numbers, [2.0, 3.5], [0.1, 0.9])])
    >>> [column.tolist() for column in found]
    [[-inf, 0.1, 0.9], [1.0, 1.0, 0.6], [0.8, 1.0, 1.0], [2, 1, 0]]
    """
    scores = np.unique(np.concatenate([[-np.inf], *(scores for _, _, scores in recordings)]))
    ranks = np.linspace(0, len(scores) - 1, min(len(scores), max_thresholds), dtype=int)
    thresholds = scores[ranks]
    return curve(thresholds, [at_thresholds(recording, thresholds) for recording in recordings])


def coverage_at(purities: Sequence[float], curve: Curve) -> np.ndarray:
    """Coverage (purities,) at each purity, linear on the upper envelope; NaN above the highest."""
    order = np.lexsort([curve.coverage, curve.purity])
    best = np.maximum.accumulate(curve.coverage[order][::-1])[::-1]
    return np.interp(purities, curve.purity[order], best, right=np.nan)


def precision_recall(
    regions: np.ndarray, times: Sequence[Seconds] | np.ndarray, *, tolerance: Seconds
) -> Matches:
    """Pair as many changes as can be, one found with one true, no more than `tolerance` apart.

    A true change is a stretch, as in `true_changes`; the distance to a time inside it is 0.

    >>> said = regions([Turn(0, 3, "Ann"), Turn(4, 6, "Bob")], duration=6, kind="single")
    >>> precision_recall(said, [3.5, 4.2], tolerance=0.25)
    Matches(hits=1, detected=2, reference=1)
    """
    ends, starts = _changes_of(regions).T[:, :, None]
    times = np.asarray(times, dtype=float)
    near = np.maximum(ends - times, times - starts) <= tolerance + 1e-9  # (reference, detected)
    pairs = maximum_bipartite_matching(csr_array(near), perm_type="column") if near.size else near
    return Matches(int((pairs >= 0).sum()), len(times), len(ends))


def bootstrap(
    per_recording: Sequence, statistic: Callable[[list], float], *, samples: int = 1000, seed: int
) -> np.ndarray:
    """The 95 % percentile interval (2, ...) of a statistic over recordings drawn with replacement.

    `lambda drawn: coverage_at(purities, curve(thresholds, drawn))` is one, for the tables of
    `at_thresholds`. Where it is NaN for any sample, so is the interval.
    """
    many = len(per_recording)
    draws = np.random.default_rng(seed).integers(many, size=(samples, many))
    values = [statistic([per_recording[i] for i in draw]) for draw in draws]
    return np.percentile(values, [2.5, 97.5], axis=0)


def annotation(turns: Sequence[Turn]):
    """Turns as pyannote has them, overlapping or touching ones of a speaker merged."""
    from pyannote.core import Annotation, Segment

    found = Annotation()
    for speaker in sorted({turn.speaker for turn in turns}):
        said = [Interval(start, end) for start, end, name in turns if name == speaker]
        for start, end in union(said):
            found[Segment(start, end), speaker] = speaker
    return found


def pyannote_figures(
    turns: Sequence[Turn], times: Iterable[Seconds], *, duration: Seconds, tolerance: Seconds = 0.5
) -> Coverage:
    """The parts of pyannote.metrics' own figures; `tolerance` is the gap of one speaker it fills.

    >>> pyannote_figures([Turn(0, 3, "Ann"), Turn(4, 6, "Bob")], [], duration=6)  # cut at the pause
    Coverage(covered=5.0, pure=5.0, total=5.0)
    """
    from pyannote.core import Segment, Timeline
    from pyannote.metrics.segmentation import SegmentationPurityCoverageFMeasure

    borders = np.unique(np.clip([0.0, *times, duration], 0.0, duration)).tolist()
    pieces = Timeline(Segment(*piece) for piece in pairwise(borders))
    metric = SegmentationPurityCoverageFMeasure(tolerance=tolerance)
    parts = metric.compute_components(annotation(turns).crop(Segment(0.0, duration)), pieces)
    names = ("cvg intersection duration", "pty intersection duration", "cvg total duration")
    return Coverage(*(parts[name] for name in names))
