"""Colours of speakers and of errors, chosen for colour-blind readers."""

from collections.abc import Sequence

from diarflow.timeline.intervals import Turn

# The palette of Okabe and Ito. The colours of the errors come last, so that few speakers share them.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#56B4E9", "#D55E00", "#000000")
UNMATCHED = "#BBBBBB"
ERROR_COLOURS = {"missed": "#56B4E9", "false_alarm": "#D55E00", "confusion": "#000000"}


def speaker_colours(turns: Sequence[Turn]) -> dict[str, str]:
    """Assign a colour to each speaker, in the order of their first turns.

    >>> speaker_colours([Turn(1.0, 2.0, "Bob"), Turn(0.0, 1.0, "Ann")])
    {'Ann': '#0072B2', 'Bob': '#E69F00'}
    """
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    return {speaker: _nth_colour(index) for index, speaker in enumerate(speakers)}


def _nth_colour(index: int) -> str:
    """Return a colour of the palette, in a lighter tint from index 8 on and a still lighter one from 16 on.

    >>> _nth_colour(0), _nth_colour(8)
    ('#0072B2', '#73b1d5')
    """
    if index < len(PALETTE):
        return PALETTE[index]
    tint = 0.45 * min(index // len(PALETTE), 2)
    colour = PALETTE[index % len(PALETTE)]
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(value + (255 - value) * tint):02x}" for value in channels)
