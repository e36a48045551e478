"""The picture of errors that stands beside the pages: for what Snakemake reports, and for papers."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from diarflow.atomic import written_whole
from diarflow.report.colours import ERRORS
from diarflow.report.metrics import PROTOCOLS

_DOTS_PER_INCH = 100


def draw_bars(path, bars: Mapping[str, Sequence]) -> None:
    """Missed speech, false alarm and confusion on top of each other, a picture for each protocol."""
    names = list(dict.fromkeys(zip(bars["corpus"], bars["system"], strict=True)))
    figure = Figure(
        figsize=(11, 1.2 + 0.35 * max(len(names), 2)), dpi=_DOTS_PER_INCH, layout="constrained"
    )
    axes = figure.subplots(1, len(PROTOCOLS), sharey=True)
    for one, protocol in zip(axes, PROTOCOLS, strict=True):
        rows = [row for row, name in enumerate(bars["protocol"]) if name == protocol]
        places = [names.index((bars["corpus"][row], bars["system"][row])) for row in rows]
        until = [0.0] * len(rows)
        for kind, colour in ERRORS.items():
            widths = [bars[f"{kind}_percent"][row] or 0 for row in rows]
            one.barh(places, widths, left=until, color=colour, label=kind.replace("_", " "))
            until = [left + width for left, width in zip(until, widths, strict=True)]
        one.set_title(protocol, fontsize=10)
        one.set_xlabel("percent of the reference's speech")
        one.grid(axis="x", color="#DDDDDD", linewidth=0.5)
        one.set_axisbelow(True)
    axes[0].set_yticks(range(len(names)), [f"{corpus}: {system}" for corpus, system in names])
    axes[0].invert_yaxis()
    if names:
        axes[0].legend(fontsize=8)
    with written_whole(path) as beside:
        figure.savefig(beside, format="png", metadata={"Software": None})
