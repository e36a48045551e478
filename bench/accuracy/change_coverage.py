"""Coverage of change candidates on the validation conversations: the measure by which settings are compared."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from bench.page import ROOT
from diarflow.changes.peak_picking import pick_peaks
from diarflow.scoring.change_coverage import Candidates, coverage_at_purity, sweep_thresholds
from diarflow.scoring.change_regions import number_regions
from diarflow.timeline.intervals import Seconds, Turn

VALIDATION = ROOT / "results" / "sim-valid"
# kind of regions: purity at which the coverage is measured
PURITIES = {"single": 0.9, "set": 0.85}


class Scored(NamedTuple):
    """Change scores of a recording, and its reference."""

    turns: list[Turn]
    duration: Seconds
    times: np.ndarray  # (n,)
    scores: np.ndarray  # (n,)


class Result(NamedTuple):
    """Coverage at 90 % purity of single speakers, at 85 % of sets of speakers, and the best threshold for the former."""

    single: float
    set: float
    threshold: float


def evaluate(recordings: Iterable[Scored], picking: Mapping[str, Any]) -> Result:
    """Pick peaks by these settings, and evaluate the candidates of all recordings together.

    The best threshold has the highest harmonic mean of coverage and purity. A purity that is not reached gives NaN.
    """
    recordings = list(recordings)
    peaks = [pick_peaks(r.times, r.scores, **picking) for r in recordings]
    curves = {}
    for kind in PURITIES:
        candidates = []
        for recording, changes in zip(recordings, peaks, strict=True):
            times, scores = np.array(changes).reshape(-1, 2).T
            regions = number_regions(recording.turns, duration=recording.duration, kind=kind)
            candidates.append(Candidates(regions, times, scores))
        curves[kind] = sweep_thresholds(candidates, max_thresholds=150)
    single = curves["single"]
    balance = 2 * single.purity * single.coverage / (single.purity + single.coverage)
    coverages = (
        float(coverage_at_purity([purity], curves[kind])[0]) for kind, purity in PURITIES.items()
    )
    return Result(*coverages, float(single.threshold[balance.argmax()]))
