"""Bar chart of the errors, `errors.png`, for papers and for Snakemake's own report."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from diarflow.atomic import atomic_write
from diarflow.report.colours import ERROR_COLOURS
from diarflow.scoring.names import PROTOCOLS

_DOTS_PER_INCH = 100


def draw_error_bars(path, bars: Mapping[str, Sequence]) -> None:
    """Draw missed speech, false alarm and confusion as stacked bars, one chart for each protocol.

    `bars` has the columns corpus, system, protocol, and `{error}_percent` for each error.
    """
    names = list(dict.fromkeys(zip(bars["corpus"], bars["system"], strict=True)))
    figure = Figure(
        figsize=(11, 1.2 + 0.35 * max(len(names), 2)), dpi=_DOTS_PER_INCH, layout="constrained"
    )
    axes = figure.subplots(1, len(PROTOCOLS), sharey=True)
    for axis, protocol in zip(axes, PROTOCOLS, strict=True):
        rows = [row for row, name in enumerate(bars["protocol"]) if name == protocol]
        positions = [names.index((bars["corpus"][row], bars["system"][row])) for row in rows]
        left = [0.0] * len(rows)
        for error, colour in ERROR_COLOURS.items():
            widths = [bars[f"{error}_percent"][row] or 0 for row in rows]
            label = error.replace("_", " ")
            axis.barh(positions, widths, left=left, color=colour, label=label)
            left = [start + width for start, width in zip(left, widths, strict=True)]
        axis.set_title(protocol, fontsize=10)
        axis.set_xlabel("percent of the reference speech")
        axis.grid(axis="x", color="#DDDDDD", linewidth=0.5)
        axis.set_axisbelow(True)
    axes[0].set_yticks(range(len(names)), [f"{corpus}: {system}" for corpus, system in names])
    axes[0].invert_yaxis()
    if names:
        axes[0].legend(fontsize=8)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
