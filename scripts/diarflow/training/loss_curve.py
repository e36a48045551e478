"""Loss curve of a training."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure


def draw_losses(file, history: Sequence[Mapping[str, float]]) -> None:
    """Draw training and validation loss over the updates, as PNG."""
    figure = Figure(figsize=(7, 4), dpi=100, layout="constrained")
    axes = figure.subplots()
    updates = [validation["updates"] for validation in history]
    for key, style, colour, label in (
        ("loss", "o-", "#0072B2", "training"),
        ("validation_loss", "s--", "#D55E00", "validation"),
    ):
        losses = [validation[key] for validation in history]
        axes.plot(updates, losses, style, color=colour, label=label)
    axes.set_xlabel("updates")
    axes.set_ylabel("weighted cross-entropy per frame")
    axes.legend()
    axes.grid(color="#DDDDDD", linewidth=0.5)
    figure.savefig(file, format="png", metadata={"Software": None})
