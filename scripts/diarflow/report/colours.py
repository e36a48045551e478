"""Colours of speakers and errors, which colour-blind readers too can tell apart."""

from collections.abc import Sequence

from diarflow.timeline.intervals import Turn

# Okabe and Ito; the last three are those of the errors too, so that few speakers have them
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#56B4E9", "#D55E00", "#000000")
UNMATCHED = "#BBBBBB"
ERRORS = {"missed": "#56B4E9", "false_alarm": "#D55E00", "confusion": "#000000"}


def in_order(turns: Sequence[Turn]) -> dict[str, str]:
    """A colour for each speaker, by first appearance.

    >>> in_order([Turn(1.0, 2.0, "Bob"), Turn(0.0, 1.0, "Ann")])
    {'Ann': '#0072B2', 'Bob': '#E69F00'}
    """
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    return {speaker: colour(place) for place, speaker in enumerate(speakers)}


def colour(place: int) -> str:
    """One of eight colours, lighter from the ninth speaker on, and lighter again from the 17th.

    >>> colour(0), colour(8)
    ('#0072B2', '#73b1d5')
    """
    if place < len(COLOURS):
        return COLOURS[place]
    paler = 0.45 * min(place // len(COLOURS), 2)
    full = COLOURS[place % len(COLOURS)]
    channels = (int(full[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(value + (255 - value) * paler):02x}" for value in channels)
