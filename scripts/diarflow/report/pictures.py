"""Pictures of turns: the reference above the hypotheses, one lane a speaker, matched in colour."""

from collections.abc import Mapping, Sequence

from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from diarflow.files import written_whole
from diarflow.intervals import Interval, Seconds, Turn

# Okabe and Ito: told apart by colour-blind readers too
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
UNMATCHED = "#BBBBBB"
_DOTS_PER_INCH = 100


def draw_turns(
    path,
    lanes: Mapping[str, Sequence[Turn]],
    colours: Mapping[str, Mapping[str, str]],
    *,
    duration: Seconds,
) -> None:
    """Draw one group of lanes for each entry of `lanes`, a lane a speaker; colours by entry and speaker."""
    rows = [
        (name, speaker)
        for name, turns in lanes.items()
        for speaker in sorted({turn.speaker for turn in turns}) or [""]
    ]
    figure = Figure(figsize=(12, 0.6 + 0.24 * len(rows)), dpi=_DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots()
    for place, (name, speaker) in enumerate(rows):
        bars = [
            (turn.start, turn.end - turn.start) for turn in lanes[name] if turn.speaker == speaker
        ]
        axes.broken_barh(
            bars, (place - 0.4, 0.8), facecolors=colours[name].get(speaker, UNMATCHED), linewidth=0
        )
        if place and rows[place - 1][0] != name:
            axes.axhline(place - 0.5, color="#666666", linewidth=0.8)
    labels = [f"{name}: {speaker}" if speaker else f"{name}: nobody" for name, speaker in rows]
    axes.set_yticks(range(len(rows)), [_plain(label) for label in labels], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, max(duration, 0.1))
    axes.set_xlabel("seconds", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    with written_whole(path) as beside:
        figure.savefig(beside, format="png", metadata={"Software": None})


def _plain(text: str) -> str:
    """Short, and without what the library would take for a formula."""
    text = text.replace("$", r"\$")
    return text if len(text) <= 40 else text[:39] + "…"


def matched_colours(
    reference: Sequence[Turn],
    hypotheses: Mapping[str, Sequence[Turn]],
    extent: Sequence[Interval],
) -> dict[str, dict[str, str]]:
    """Colours by lane and speaker: a hypothesis speaker has that of the reference speaker it stands for.

    Without a reference each lane has its colours by first appearance.
    """
    if not reference:
        return {name: _in_order(turns) for name, turns in hypotheses.items()}
    from diarflow.scores import match

    known = _in_order(reference)
    found = {"reference": known}
    for name, turns in hypotheses.items():
        pairs = match(reference, turns, extent)
        found[name] = {speaker: known[truth] for speaker, truth in pairs.items()}
    return found


def _in_order(turns: Sequence[Turn]) -> dict[str, str]:
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    return {speaker: _colour(place) for place, speaker in enumerate(speakers)}


def _colour(place: int) -> str:
    """One of eight colours, lighter from the ninth speaker on, and lighter again from the 17th."""
    paler = 0.45 * min(place // len(COLOURS), 2)
    channels = to_rgb(COLOURS[place % len(COLOURS)])
    return to_hex([channel + (1 - channel) * paler for channel in channels])
