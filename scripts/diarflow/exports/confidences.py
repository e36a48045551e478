"""Confidence of each turn, from the table of its pieces."""

from collections.abc import Iterable, Sequence

from diarflow.timeline.intervals import Turn

_TOLERANCE = 0.001  # seconds; times in RTTM are in milliseconds


def turn_confidences(rows: Iterable[tuple]) -> dict[tuple[int, int], float]:
    """Return the confidence of each turn by channel and number.

    >>> turn_confidences([(0.0, 0.5, "a", 0.9, 1, 0, 0.8), (0.5, 1.0, "a", 0.7, 1, 0, 0.8)])
    {(1, 0): 0.8}
    """
    return {(channel, turn): value for *_, channel, turn, value in rows}


def person_confidences(
    turns: Sequence[Turn],
    rows: Iterable[tuple],
    of_turns: dict[tuple[int, int], float],
    channel: int,
) -> list[float]:
    """Return the confidence of each turn of a person: the mean of the turns that it was merged from, by their seconds.

    `rows` are the turns of the speakers of all channels, in the order of their numbers: start, end, speaker, person,
    channel. `of_turns` gives their confidences.

    >>> rows = [(0.0, 3.0, "a", "Ann", 1), (2.0, 3.0, "b", "Ann", 1), (5.0, 6.0, "c", "Bob", 1)]
    >>> of_turns = {(1, 0): 1.0, (1, 1): 0.6, (1, 2): 0.5}
    >>> person_confidences([Turn(0.0, 3.0, "Ann"), Turn(5.0, 6.0, "Bob")], rows, of_turns, 1)
    [0.9, 0.5]
    """
    parts = [row for row in rows if row[4] == channel]
    result = []
    for turn in turns:
        merged = [
            (end - start, of_turns.get((channel, number), 0.0))
            for number, (start, end, _, person, _) in enumerate(parts)
            if person == turn.speaker
            and turn.start - _TOLERANCE < start
            and end < turn.end + _TOLERANCE
        ]
        seconds = sum(length for length, _ in merged)
        total = sum(length * value for length, value in merged)
        result.append(total / seconds if seconds else 0.0)
    return result
