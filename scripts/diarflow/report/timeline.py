"""Who speaks when in the reference and in a hypothesis, laid over each other: where the error is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Interval, Seconds, Turn

ERRORS = ("missed", "false_alarm", "confusion")


class Error(NamedTuple):
    """A stretch of one kind of error; `speakers` is how many speakers' time is wrong in it."""

    start: Seconds
    end: Seconds
    speakers: int


class Activity(NamedTuple):
    """Who is active in each of the pieces between `times` (pieces + 1): (speakers, pieces)."""

    speakers: list[str]
    active: np.ndarray


def pieces(*sides: Sequence[tuple]) -> np.ndarray:
    """All moments at which something begins or ends, sorted."""
    return np.unique(
        [moment for side in sides for one in side for moment in (one[0], one[1])] or [0.0]
    )


def activity(turns: Sequence[Turn], times: np.ndarray) -> Activity:
    """Who of `turns` is active in each piece; speakers by first appearance.

    >>> activity([Turn(1.0, 2.0, "Bob"), Turn(0.0, 2.0, "Ann")], np.array([0.0, 1.0, 2.0])).speakers
    ['Ann', 'Bob']
    """
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    place = {speaker: number for number, speaker in enumerate(speakers)}
    active = np.zeros((len(speakers), max(len(times) - 1, 0)), dtype=bool)
    if turns:
        first = np.searchsorted(times, [turn.start for turn in turns]).tolist()
        last = np.searchsorted(times, [turn.end for turn in turns]).tolist()
        for turn, one, end in zip(turns, first, last, strict=True):
            active[place[turn.speaker], one:end] = True
    return Activity(speakers, active)


def compare(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], extent: Sequence[Interval]
) -> tuple[dict[str, str], dict[str, list[Error]]]:
    """The reference speaker that each hypothesis speaker stands for, and the errors by kind.

    No collar, overlap counted: the seconds are those of the protocol *full*.

    >>> said, found = [Turn(0.0, 4.0, "Ann")], [Turn(1.0, 3.0, "x"), Turn(3.0, 5.0, "y")]
    >>> names, errors = compare(said, found, [Interval(0.0, 5.0)])
    >>> names
    {'x': 'Ann'}
    >>> errors["missed"], errors["confusion"]
    ([Error(start=0.0, end=1.0, speakers=1)], [Error(start=3.0, end=4.0, speakers=1)])
    """
    times = pieces(reference, hypothesis, extent)
    truth, guess = activity(reference, times), activity(hypothesis, times)
    inside = activity([Turn(*one, "") for one in extent], times).active.any(axis=0)
    lasting = np.diff(times) * inside
    names, correct = _match(truth, guess, lasting)
    said, found = truth.active.sum(axis=0), guess.active.sum(axis=0)
    counts = {
        "missed": np.maximum(said - found, 0),
        "false_alarm": np.maximum(found - said, 0),
        "confusion": np.minimum(said, found) - correct,
    }
    return names, {kind: _runs(times, count * inside) for kind, count in counts.items()}


def _match(truth: Activity, guess: Activity, lasting: np.ndarray):
    """One to one, so that as much time as can be is right; and how many are right in each piece."""
    from scipy.optimize import linear_sum_assignment

    together = (truth.active * lasting) @ guess.active.T.astype(float)
    names, correct = {}, np.zeros(len(lasting), dtype=int)
    for row, column in zip(*linear_sum_assignment(together, maximize=True), strict=True):
        if together[row, column] > 0:
            names[guess.speakers[column]] = truth.speakers[row]
            correct += truth.active[row] & guess.active[column]
    return names, correct


def _runs(times: np.ndarray, count: np.ndarray) -> list[Error]:
    """Neighbouring pieces of the same count as one; where the count is 0 there is nothing."""
    if not len(count):
        return []
    first = np.flatnonzero(np.diff(count, prepend=-1))
    last = np.append(first[1:], len(count))
    kept = count[first] > 0
    first, last = first[kept], last[kept]
    columns = times[first].tolist(), times[last].tolist(), count[first].tolist()
    return [Error(*run) for run in zip(*columns, strict=True)]


def seconds(errors: Mapping[str, Sequence[Error]]) -> dict[str, Seconds]:
    """The time of each kind of error, each speaker's for itself.

    >>> seconds({"missed": [Error(0.0, 1.5, 2)]})
    {'missed': 3.0}
    """
    return {
        kind: float(sum((one.end - one.start) * one.speakers for one in found))
        for kind, found in errors.items()
    }


def speakers_of(windows: Sequence[tuple], turns: Sequence[Turn]) -> list[str | None]:
    """Who speaks most in each window (start, end, ...); None where nobody does.

    >>> speakers_of([(0.0, 2.0), (5.0, 6.0)], [Turn(0.0, 0.5, "Ann"), Turn(0.5, 2.0, "Bob")])
    ['Bob', None]
    """
    if not turns:
        return [None] * len(windows)
    times = pieces(turns)
    names, active = activity(turns, times)
    heard = np.zeros((len(names), len(times)))
    np.cumsum(active * np.diff(times), axis=1, out=heard[:, 1:])
    starts, ends = (np.array([window[side] for window in windows], dtype=float) for side in (0, 1))
    heard = np.array(
        [np.interp(ends, times, until) - np.interp(starts, times, until) for until in heard]
    )
    most = heard.argmax(axis=0)
    loudest = heard[most, np.arange(len(windows))]
    return [
        names[who] if much > 0 else None
        for who, much in zip(most.tolist(), loudest.tolist(), strict=True)
    ]
