"""Pieces: parts of turns, short enough that a label is mostly right or wrong in all of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diarflow.timeline.intervals import Seconds, Turn

MAX_PIECE: Seconds = 0.5


class Pieces(NamedTuple):
    """Pieces of the turns of a recording, in the order of the turns.

    `start` and `end` (pieces,) are seconds, `turn` (pieces,) is the index of the turn, `speaker` (pieces,) that of the
    speaker in `names`, which are sorted.
    """

    start: np.ndarray
    end: np.ndarray
    turn: np.ndarray
    speaker: np.ndarray
    names: list[str]

    @property
    def duration(self) -> np.ndarray:
        """Durations (pieces,) in seconds."""
        return self.end - self.start

    @property
    def centre(self) -> np.ndarray:
        """Centres (pieces,) in seconds."""
        return (self.start + self.end) / 2


def cut_turns(turns: Sequence[Turn], *, length: Seconds = MAX_PIECE) -> Pieces:
    """Cut each turn into pieces of equal duration, at most `length` seconds.

    >>> pieces = cut_turns([Turn(0.0, 1.2, "a"), Turn(1.0, 1.5, "b")])
    >>> pieces.start.round(2).tolist(), pieces.turn.tolist(), pieces.speaker.tolist()
    ([0.0, 0.4, 0.8, 1.0], [0, 0, 0, 1], [0, 0, 0, 1])
    """
    names = sorted({turn.speaker for turn in turns})
    counts = [max(1, int(np.ceil((turn.end - turn.start) / length - 1e-6))) for turn in turns]
    borders = [
        np.linspace(turn.start, turn.end, count + 1)
        for turn, count in zip(turns, counts, strict=True)
    ]
    empty = [np.empty(0)]
    return Pieces(
        np.concatenate([*(times[:-1] for times in borders), *empty]),
        np.concatenate([*(times[1:] for times in borders), *empty]),
        np.repeat(np.arange(len(turns)), counts),
        np.repeat(np.array([names.index(turn.speaker) for turn in turns], int), counts),
        names,
    )


def mean_by_turn(values: np.ndarray, pieces: Pieces) -> np.ndarray:
    """Return the mean of the values (pieces,) of each turn's pieces, (turns,).

    The pieces of a turn are equally long.

    >>> mean_by_turn(np.array([0.9, 0.7, 0.5]), cut_turns([Turn(0.0, 1.0, "a"), Turn(1.0, 1.5, "b")])).tolist()
    [0.8, 0.5]
    """
    counts = np.bincount(pieces.turn)
    return np.bincount(pieces.turn, weights=values) / np.maximum(counts, 1)
