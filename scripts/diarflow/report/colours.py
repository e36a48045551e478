"""Colours of speakers and of errors, chosen for colour-blind readers."""

from collections.abc import Sequence

from diarflow.timeline.intervals import Turn

# Each colour has a contrast of at least 3:1 on the light and on the dark background of the pages (WCAG 2.1, 1.4.11), and
# differs from the colours of the errors. The first one is of the palette of Okabe and Ito, the others are near to it.
PALETTE = (
    "#0072B2", "#A87400", "#00846A", "#B5529A", "#6B7F00", "#7B62D3", "#9C6644", "#008AA0", "#C2577A", "#3E8E41",
)  # fmt: skip
UNMATCHED = "#858585"
ERROR_COLOURS = {"missed": "#56B4E9", "false_alarm": "#D55E00", "confusion": "#000000"}


def speaker_colours(turns: Sequence[Turn]) -> dict[str, str]:
    """Assign a colour to each speaker, in the order of their first turns. Colours repeat after the tenth speaker.

    >>> speaker_colours([Turn(1.0, 2.0, "Bob"), Turn(0.0, 1.0, "Ann")])
    {'Ann': '#0072B2', 'Bob': '#A87400'}
    """
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    return {speaker: PALETTE[index % len(PALETTE)] for index, speaker in enumerate(speakers)}
