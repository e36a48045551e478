"""The picture of a training: how its loss fell.

It imports nothing of the report: what the training imports runs it again when it changes.
"""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure


def draw_losses(file, history: Sequence[Mapping[str, float]]) -> None:
    """Loss on what was learnt from and on what was held out, by updates, as PNG."""
    figure = Figure(figsize=(7, 4), dpi=100, layout="constrained")
    axes = figure.subplots()
    updates = [one["updates"] for one in history]
    for key, style, colour, label in (
        ("loss", "o-", "#0072B2", "learnt from"),
        ("validation_loss", "s--", "#D55E00", "held out"),
    ):
        axes.plot(updates, [one[key] for one in history], style, color=colour, label=label)
    axes.set_xlabel("updates")
    axes.set_ylabel("weighted cross-entropy a frame")
    axes.legend()
    axes.grid(color="#DDDDDD", linewidth=0.5)
    figure.savefig(file, format="png", metadata={"Software": None})
