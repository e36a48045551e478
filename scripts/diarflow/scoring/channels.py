"""Channels of a recording's lines in a reference, an imported RTTM or a UEM, as numbers from 1."""

from collections.abc import Collection

from diarflow.errors import InputError
from diarflow.formats.rttm_speakers import MISSING
from diarflow.formats.text import as_integer, examples

_NAMES = ({"a": 1, "b": 2}, {"left": 1, "right": 2}, {"l": 1, "r": 2})


def channel_numbers(values: Collection[str], count: int | None = None) -> dict[str, int] | None:
    """Return the number of each channel value, from 1.

    `count` is the number of channels of the audio file, if known. Numbers from 0, A and B, left and right, L and R
    are mapped to numbers from 1. The result is empty if the values do not distinguish channels, and None if they
    cannot be mapped.

    >>> channel_numbers({"0", "1"}, 2), channel_numbers({"A"}), channel_numbers({"1"}), channel_numbers({"x", "1"})
    ({'0': 1, '1': 2}, {'A': 1}, {}, None)
    """
    if not set(values) - {MISSING}:
        return {}
    numbers = _integers(values)
    if numbers is None:
        for names in _NAMES:
            if {value.lower() for value in values} <= set(names):
                return {value: names[value.lower()] for value in sorted(values)}
        return {} if len(values) == 1 else None
    if count and max(numbers.values()) > count:
        return None
    # tools that do not distinguish channels write 1 or 0
    return {} if set(numbers.values()) == {1} else numbers


def _integers(values: Collection[str]) -> dict[str, int] | None:
    """Return integer values as numbers from 1; None if one of them is not an integer, or is negative."""
    numbers: dict[str, int] = {}
    for value in sorted(values):
        number = as_integer(value)
        if number is None or number < 0:
            return None
        numbers[value] = number
    first = 1 if 0 in numbers.values() else 0
    return {value: number + first for value, number in numbers.items()}


def choose_channel(
    values: Collection[str], channel: int | None, *, count: int | None, is_each: bool
) -> set[str] | None:
    """Return the channel values whose lines belong to a channel; None if the values do not distinguish channels.

    Parameters
    ----------
    values : channels of all lines of the recording, as the file writes them
    channel : number from 1; None for a mix of all channels
    count : number of channels of the audio file, if known
    is_each : each channel of the file is a recording of its own; the result is then empty for a silent channel

    Raises InputError, without a place, if the lines cannot be assigned to the channels.
    """
    if channel is None:
        return None
    numbers = channel_numbers(values, count)
    seen = f"the channels are {examples(sorted(values))}"
    if numbers is None:
        expected = f"1 to {count}" if count else "numbers from 1"
        raise InputError(f"{seen}; expected {expected}, or 0 and 1, A and B, left and right")
    if not numbers or count == 1:
        return None
    if len(numbers) > 1 and not is_each and channel not in numbers.values():
        raise InputError(f"{seen}, and the recording is channel {channel}")
    return {value for value, number in numbers.items() if number == channel}


def mapping_note(values: Collection[str], count: int | None = None) -> str:
    """Return how channel values are mapped, or "" if they are numbers from 1.

    >>> mapping_note({"A", "B"}), mapping_note({"1", "2"})
    ('channels A/B read as 1/2', '')
    """
    numbers = channel_numbers(values, count) or {}
    if all(value == str(number) for value, number in numbers.items()):
        return ""
    return f"channels {'/'.join(numbers)} read as {'/'.join(map(str, numbers.values()))}"
