"""Evaluation of change detectors: the rows of changes.csv and the curves of changes.png.

docs/change-detection.md describes the columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.tables import read_table
from diarflow.scoring.bootstrap import bootstrap_interval
from diarflow.scoring.change_coverage import (
    Candidates,
    Coverage,
    Curve,
    coverage_at_purity,
    score_at_thresholds,
    score_changes,
    sum_curve,
    sweep_thresholds,
)
from diarflow.scoring.change_matches import Matches, match_changes
from diarflow.scoring.change_regions import REGION_KINDS, has_change, number_regions
from diarflow.scoring.names import ALL
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.scoring.pyannote_metrics import pyannote_coverage
from diarflow.scoring.totals import write_csv
from diarflow.timeline.intervals import Interval, Seconds, Turn, clip

PURITIES = (0.80, 0.85, 0.90, 0.91)
TOLERANCES: tuple[Seconds, ...] = (0.25, 0.5)
_MAX_THRESHOLDS = 200
_BOOTSTRAP_SAMPLES = 300
_COVERAGE_COLUMNS = [f"coverage_at_{purity:.2f}" for purity in PURITIES]
COLUMNS = [
    "corpus", "changes", "regions", "recording", "recordings", "reference_changes", "detected_changes",
    "coverage", "purity", "pyannote_coverage", "pyannote_purity",
    *(f"{rate}_{tolerance}" for tolerance in TOLERANCES for rate in ("precision", "recall")),
    *(f"{column}{suffix}" for column in _COVERAGE_COLUMNS for suffix in ("", "_low", "_high")),
]  # fmt: skip


class DetectedChanges(NamedTuple):
    """The reference of a recording, and the results of each detector.

    `turns` are the turns of the reference inside the extent, `duration` is the end of the extent in seconds.
    `candidates` are times in seconds and scores, both (candidates,); `changes` are the times (changes,) of those
    above the detector's threshold.
    """

    recording: str
    turns: list[Turn]
    duration: Seconds
    candidates: Mapping[str, tuple[np.ndarray, np.ndarray]]
    changes: Mapping[str, np.ndarray]


class RecordingScore(NamedTuple):
    """Scores of one detector on one recording, or their sum over recordings."""

    coverage: Coverage
    pyannote: Coverage
    matches: tuple[Matches, ...]  # for each of TOLERANCES

    def __add__(self, other: "RecordingScore") -> "RecordingScore":  # type: ignore[override]
        return RecordingScore(
            self.coverage + other.coverage,
            self.pyannote + other.pyannote,
            tuple(a + b for a, b in zip(self.matches, other.matches, strict=True)),
        )


def read_detected_changes(
    results: Path, recordings: Iterable[str], detectors: Sequence[str]
) -> list[DetectedChanges]:
    """Read the artifacts of recordings from the folder of a corpus, without failed references."""
    return [
        _read_recording(results, recording, detectors)
        for recording in recordings
        if not failed_rule(results / "reference" / f"{recording}.rttm")
    ]


def evaluated_paths(results: Path, recording: str, detectors: Iterable[str]) -> list[str]:
    """Return the paths that `read_detected_changes` reads for a recording.

    >>> evaluated_paths(Path("results/ami"), "a", [])
    ['results/ami/reference/a.rttm', 'results/ami/reference/a.uem', 'results/ami/reference/a.json']
    """
    paths = _reference_paths(results, recording)
    for product in ("candidates", "changes"):
        paths += [results / product / name / f"{recording}.parquet" for name in detectors]
    return [path.as_posix() for path in paths]


def _reference_paths(results: Path, recording: str) -> list[Path]:
    return [results / "reference" / f"{recording}{suffix}" for suffix in (".rttm", ".uem", ".json")]


def _read_recording(results: Path, recording: str, detectors: Sequence[str]) -> DetectedChanges:
    rttm, uem, sidecar = _reference_paths(results, recording)
    reference = read_prepared_reference(rttm, uem, sidecar, recording)
    candidates, changes = (
        {name: read_table(results / product / name / f"{recording}.parquet") for name in detectors}
        for product in ("candidates", "changes")
    )
    return DetectedChanges(
        recording,
        clip_turns(reference.turns, reference.extent),
        reference.extent[-1].end if reference.extent else 0.0,
        {name: (table["time"], table["score"]) for name, table in candidates.items()},
        {name: table["time"] for name, table in changes.items()},
    )


def clip_turns(turns: Iterable[Turn], extent: Iterable[Interval]) -> list[Turn]:
    """Return the parts of turns that lie in the extent.

    >>> clip_turns([Turn(0.0, 5.0, "Ann")], [Interval(1.0, 2.0), Interval(4.0, 9.0)])
    [Turn(start=1.0, end=2.0, speaker='Ann'), Turn(start=4.0, end=5.0, speaker='Ann')]
    """
    return [
        Turn(start, end, turn.speaker)
        for turn in turns
        for scored in extent
        for start, end in clip([Interval(turn.start, turn.end)], scored)
    ]


def evaluate(
    corpus: str, recordings: Sequence[DetectedChanges], *, seed: int = 0
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], Curve]]:
    """Return the rows of a corpus, and its curves by kind of regions and detector.

    Recordings whose reference has no change are left out. They may differ between the kinds of regions.
    """
    rows: list[dict[str, Any]] = []
    curves: dict[tuple[str, str], Curve] = {}
    pyannote = {
        (recording.recording, detector): pyannote_coverage(
            recording.turns, times, duration=recording.duration
        )
        for recording in recordings
        for detector, times in recording.changes.items()
    }
    for kind in REGION_KINDS:
        numbered = [
            (r, number_regions(r.turns, duration=r.duration, kind=kind)) for r in recordings
        ]
        numbered = [(recording, regions) for recording, regions in numbered if has_change(regions)]
        for detector in numbered[0][0].candidates if numbered else ():
            columns = {"corpus": corpus, "changes": detector, "regions": kind}
            scores = {
                r.recording: _score(regions, r.changes[detector], pyannote[r.recording, detector])
                for r, regions in numbered
            }
            rows += [
                columns | {"recording": recording, "recordings": 1} | _rates(score)
                for recording, score in scores.items()
            ]
            candidates = [Candidates(regions, *r.candidates[detector]) for r, regions in numbered]
            curves[kind, detector], coverage_columns = _curve_with_intervals(candidates, seed=seed)
            first, *others = scores.values()
            total = {"recording": ALL, "recordings": len(scores)}
            rows.append(columns | total | _rates(sum(others, start=first)) | coverage_columns)
    return rows, curves


def _score(regions: np.ndarray, times: np.ndarray, pyannote: Coverage) -> RecordingScore:
    matches = (match_changes(regions, times, tolerance=tolerance) for tolerance in TOLERANCES)
    return RecordingScore(score_changes(regions, times), pyannote, tuple(matches))


def _rates(score: RecordingScore) -> dict[str, Any]:
    """Return the columns of a row that are computed from a sum of scores."""
    columns: dict[str, Any] = {
        "reference_changes": score.matches[0].reference,
        "detected_changes": score.matches[0].detected,
        "coverage": score.coverage.coverage,
        "purity": score.coverage.purity,
        "pyannote_coverage": score.pyannote.coverage,
        "pyannote_purity": score.pyannote.purity,
    }
    for tolerance, matches in zip(TOLERANCES, score.matches, strict=True):
        columns[f"precision_{tolerance}"] = matches.precision
        columns[f"recall_{tolerance}"] = matches.recall
    return columns


def _curve_with_intervals(
    candidates: Sequence[Candidates], *, seed: int
) -> tuple[Curve, dict[str, float]]:
    """Return the curve of a corpus, and its coverage at PURITIES with 95 % bootstrap intervals."""
    curve = sweep_thresholds(candidates, max_thresholds=_MAX_THRESHOLDS)
    low, high = bootstrap_interval(
        [score_at_thresholds(recording, curve.threshold) for recording in candidates],
        lambda drawn: coverage_at_purity(PURITIES, sum_curve(curve.threshold, drawn)),
        samples=_BOOTSTRAP_SAMPLES,
        seed=seed,
    )
    columns: dict[str, float] = {}
    coverage = coverage_at_purity(PURITIES, curve)
    for name, value, lower, upper in zip(_COVERAGE_COLUMNS, coverage, low, high, strict=True):
        columns |= {name: value, f"{name}_low": lower, f"{name}_high": upper}
    return curve, columns


def write_changes(path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write changes.csv; rates are shares, not percentages, to four decimals."""
    write_csv(path, pd.DataFrame(rows, columns=COLUMNS).round(4))
