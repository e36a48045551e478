"""Curves of change detectors, `changes.png`: coverage at each purity."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from diarflow.atomic import atomic_write
from diarflow.report.colours import PALETTE
from diarflow.scoring.change_coverage import Curve, coverage_at_purity
from diarflow.scoring.change_regions import REGION_KINDS

_TITLES = {"single": "one speaker at a time", "set": "with overlap"}
_LINE_STYLES = ("-", "--", ":", "-.")


def draw_curves(path, curves: Mapping[str, Mapping[tuple[str, str], Curve]]) -> None:
    """Draw a row of charts for each corpus, with one chart for each kind of regions.

    `curves` contains, for each corpus, the curves by kind of regions and detector.
    """
    rows = max(1, len(curves))
    figure = Figure(figsize=(10, 0.4 + 3.6 * rows), dpi=100, layout="constrained")
    axes = figure.subplots(rows, len(REGION_KINDS), squeeze=False)
    detectors = sorted({detector for by_kind in curves.values() for _, detector in by_kind})
    for row, (corpus, by_kind) in zip(axes, curves.items(), strict=False):
        for axis, kind in zip(row, REGION_KINDS, strict=True):
            for number, detector in enumerate(detectors):
                if curve := by_kind.get((kind, detector)):
                    _draw_curve(axis, curve, number, detector)
            axis.set_title(f"{corpus}: {_TITLES[kind]}", fontsize=10, parse_math=False)
            axis.set_xlabel("purity")
            axis.set_ylabel("coverage")
            axis.set_xlim(0.5, 1)
            axis.set_ylim(0, 1.02)
            axis.grid(color="#DDDDDD", linewidth=0.5)
            if axis.lines:
                axis.legend(fontsize=9)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def _draw_curve(axis, curve: Curve, number: int, label: str) -> None:
    order = np.argsort(curve.purity)
    axis.plot(
        curve.purity[order],
        coverage_at_purity(curve.purity[order], curve),
        _LINE_STYLES[number % len(_LINE_STYLES)],
        color=PALETTE[number % len(PALETTE)],
        marker="o" if len(order) == 1 else None,  # a detector without candidates is a point
        label=label,
    )
