"""Confidence of each turn, from the table of its pieces."""

from collections.abc import Iterable


def turn_confidences(rows: Iterable[tuple]) -> dict[tuple[int, int], float]:
    """Return the confidence of each turn by channel and number.

    >>> turn_confidences([(0.0, 0.5, "a", 0.9, 1, 0, 0.8), (0.5, 1.0, "a", 0.7, 1, 0, 0.8)])
    {(1, 0): 0.8}
    """
    return {(channel, turn): value for *_, channel, turn, value in rows}
