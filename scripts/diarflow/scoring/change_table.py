"""How well each detector finds speaker changes: a table, and curves of coverage at each purity."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from diarflow.artifacts.placeholders import mark_of
from diarflow.artifacts.tables import read_table
from diarflow.atomic import written_whole
from diarflow.formats.rttm import read_turns
from diarflow.formats.uem import read_uem
from diarflow.scoring.names import ALL
from diarflow.scoring.speaker_changes import (
    KINDS,
    Candidates,
    Coverage,
    Curve,
    at_thresholds,
    bootstrap,
    coverage_at,
    curve,
    precision_recall,
    pyannote_figures,
    regions,
    score_changes,
    sweep,
)
from diarflow.timeline.intervals import Interval, Seconds, Turn, clip

PURITIES = (0.80, 0.85, 0.90, 0.91)
TOLERANCES = (0.25, 0.5)  # seconds
_THRESHOLDS = 200  # at which a curve is drawn
_SAMPLES = 300  # of the bootstrap
_SHOWN = {"single": "one speaker at a time", "set": "with overlap"}
_AT = [f"coverage_at_{purity:.2f}" for purity in PURITIES]
COLUMNS = [
    "corpus", "changes", "regions", "recording", "recordings", "reference_changes", "detected_changes",
    "coverage", "purity", "pyannote_coverage", "pyannote_purity",
    *(f"{what}_{width}" for width in TOLERANCES for what in ("precision", "recall")),
    *(f"{name}{end}" for name in _AT for end in ("", "_low", "_high")),
]  # fmt: skip


class Judged(NamedTuple):
    """A recording's reference, and by detector the times (s) and scores of what it found.

    `candidates` are all moments with a score, `changes` those above the detector's threshold.
    """

    recording: str
    turns: list[Turn]
    duration: Seconds
    candidates: Mapping[str, tuple[np.ndarray, np.ndarray]]
    changes: Mapping[str, np.ndarray]


def read_judged(results: Path, recording: str, detectors: Iterable[str]) -> Judged | None:
    """A recording of the corpus at `results`; None where its reference was set aside."""
    reference = results / "reference" / f"{recording}.rttm"
    if mark_of(reference):
        return None
    extent = read_uem(reference.with_suffix(".uem")).get(recording, [])
    tables = {
        (kind, name): read_table(results / kind / name / f"{recording}.parquet")
        for kind in ("candidates", "changes")
        for name in detectors
    }
    return Judged(
        recording,
        inside(read_turns(reference), extent),
        extent[-1].end if extent else 0.0,
        {
            name: (t["time"], t["score"])
            for (kind, name), t in tables.items()
            if kind == "candidates"
        },
        {name: t["time"] for (kind, name), t in tables.items() if kind == "changes"},
    )


def inside(turns: Iterable[Turn], extent: Iterable[Interval]) -> list[Turn]:
    """What of turns lies in the stretches that are scored.

    >>> inside([Turn(0.0, 5.0, "Ann")], [Interval(1.0, 2.0), Interval(4.0, 9.0)])
    [Turn(start=1.0, end=2.0, speaker='Ann'), Turn(start=4.0, end=5.0, speaker='Ann')]
    """
    return [
        Turn(start, end, turn.speaker)
        for turn in turns
        for stretch in extent
        for start, end in clip([Interval(turn.start, turn.end)], stretch)
    ]


def evaluate(
    corpus: str, recordings: Sequence[Judged], *, seed: int = 0
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], Curve]]:
    """Rows of changes.csv, and the curves by regions and detector.

    Recordings without a change say nothing and are left out; so each kind of regions has its own.
    """
    rows: list[dict[str, Any]] = []
    curves: dict[tuple[str, str], Curve] = {}
    theirs = {
        (one.recording, name): pyannote_figures(one.turns, times, duration=one.duration)
        for one in recordings
        for name, times in one.changes.items()
    }
    for kind in KINDS:
        found = [(one, regions(one.turns, duration=one.duration, kind=kind)) for one in recordings]
        found = [(one, numbers) for one, numbers in found if numbers.max(initial=-1) > 0]
        for detector in found[0][0].candidates if found else ():
            head = {"corpus": corpus, "changes": detector, "regions": kind}
            parts = [
                _parts(numbers, one.changes[detector], theirs[one.recording, detector])
                for one, numbers in found
            ]
            rows += [
                head | {"recording": one.recording, "recordings": 1} | _rates(part)
                for (one, _), part in zip(found, parts, strict=True)
            ]
            candidates = [Candidates(n, *one.candidates[detector]) for one, n in found]
            curves[kind, detector], reached = _reached(candidates, seed=seed)
            summed = [sum(column[1:], start=column[0]) for column in zip(*parts, strict=True)]
            total = {"recording": ALL, "recordings": len(found)}
            rows.append(head | total | _rates(summed) | reached)
    return rows, curves


def _parts(numbers: np.ndarray, times: np.ndarray, theirs: Coverage) -> list[Any]:
    """What adds up over recordings: coverage, pyannote's own, matches at each tolerance."""
    return [
        score_changes(numbers, times),
        theirs,
        *(precision_recall(numbers, times, tolerance=width) for width in TOLERANCES),
    ]


def _rates(parts: Sequence[Any]) -> dict[str, Any]:
    ours, theirs, *matches = parts
    row = {"reference_changes": matches[0].reference, "detected_changes": matches[0].detected}
    row |= _coverage("", ours) | _coverage("pyannote_", theirs)
    for width, match in zip(TOLERANCES, matches, strict=True):
        row[f"precision_{width}"] = _share(match.hits, match.detected)
        row[f"recall_{width}"] = _share(match.hits, match.reference)
    return row


def _coverage(prefix: str, found: Coverage) -> dict[str, float]:
    return {f"{prefix}coverage": found.coverage, f"{prefix}purity": found.purity}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else np.nan


def _reached(candidates: Sequence[Candidates], *, seed: int) -> tuple[Curve, dict[str, float]]:
    """The curve, and coverage at each purity with a 95 % bootstrap interval over recordings."""
    whole = sweep(candidates, max_thresholds=_THRESHOLDS)
    low, high = bootstrap(
        [at_thresholds(one, whole.threshold) for one in candidates],
        lambda drawn: coverage_at(PURITIES, curve(whole.threshold, drawn)),
        samples=_SAMPLES,
        seed=seed,
    )
    row = {}
    for place, value in enumerate(coverage_at(PURITIES, whole)):
        name = _AT[place]
        row |= {name: value, f"{name}_low": low[place], f"{name}_high": high[place]}
    return whole, row


def write_changes(path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A row for each recording, detector and kind of regions, and ALL of a corpus; shares, not percent."""
    with written_whole(path) as beside:
        pd.DataFrame(rows, columns=COLUMNS).round(4).to_csv(beside, index=False)


def draw_curves(path, curves: Mapping[str, Mapping[tuple[str, str], Curve]]) -> None:
    """Coverage over purity: a row of pictures for each corpus, a picture for each kind of regions."""
    from matplotlib.figure import Figure

    from diarflow.report.colours import COLOURS

    figure = Figure(figsize=(10, 0.4 + 3.6 * max(1, len(curves))), dpi=100, layout="constrained")
    axes = figure.subplots(max(1, len(curves)), len(KINDS), squeeze=False)
    names = sorted({detector for of_corpus in curves.values() for _, detector in of_corpus})
    for row, (corpus, of_corpus) in zip(axes, curves.items(), strict=False):
        for place, kind in enumerate(KINDS):
            for number, detector in enumerate(names):
                if (one := of_corpus.get((kind, detector))) is None:
                    continue
                order = np.argsort(one.purity)
                row[place].plot(
                    one.purity[order],
                    coverage_at(one.purity[order], one),
                    ("-", "--", ":", "-.")[number % 4],
                    color=COLOURS[number % len(COLOURS)],
                    marker="o" if len(order) == 1 else None,  # one that finds nothing is a point
                    label=detector,
                )
            row[place].set_title(f"{corpus}: {_SHOWN[kind]}", fontsize=10, parse_math=False)
            row[place].set_xlabel("purity")
            row[place].set_ylabel("coverage")
            row[place].set_xlim(0.5, 1)
            row[place].set_ylim(0, 1.02)
            row[place].grid(color="#DDDDDD", linewidth=0.5)
            if row[place].lines:
                row[place].legend(fontsize=9)
    with written_whole(path) as beside:
        figure.savefig(beside, format="png", metadata={"Software": None})
