"""Choice of the settings of the change detectors, on simulated validation conversations.

make train     # simulates the conversations
.venv/bin/python -m bench.accuracy.tune_change_detectors > bench/results/tune_change_detectors.md
"""

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from bench.accuracy.change_coverage import VALIDATION, Result, Scored, evaluate
from bench.page import print_heading, print_table
from diarflow.audio.prepared import AudioReader, duration
from diarflow.changes import divergence
from diarflow.changes.bilstm_divergence import fuse_scores
from diarflow.formats.rttm import read_turns
from diarflow.networks import bilstm
from diarflow.settings.networks import BilstmNetwork
from diarflow.timeline.intervals import Seconds, Turn

TEXT = """
{count} recordings of the corpus {corpus}: the five best settings of each detector, by the sum of two coverages: at 90 %
purity with regions of single speakers, and at 85 % purity with regions of sets of speakers (overlap included).
*threshold*: the one with the highest harmonic mean of coverage and purity, with regions of single speakers.
"""
MEASURES = ("gaussian", "likelihood-ratio")
WINDOWS = (2.0, 3.0, 4.0)
DISTANCES = (0.3, 0.5, 0.8)
PROMINENCES = (0.0, 0.1, 0.2)
WEIGHTS = (0.5, 1.0, 1.5, 2.0, 3.0)
Curve = tuple[np.ndarray, np.ndarray]  # times (n,), scores (n,)


class Recording(NamedTuple):
    """Reference of a recording, and the score curves from which those of all detectors are computed."""

    turns: list[Turn]
    duration: Seconds
    network: Curve
    divergences: dict[tuple[str, float], Curve]  # by measure and window


class Trial(NamedTuple):
    detector: str
    settings: dict[str, Any]
    curve: Callable[[Recording], Curve]


def read_recording(path, activate) -> Recording:
    """Run the network on an audio file, and compute all divergences."""
    activations = activate(path)
    with AudioReader(path) as reader:
        divergences = {
            (measure, window): divergence.divergence_curve(
                reader, measure=measure, window=window, step=0.1
            )
            for measure, window in itertools.product(MEASURES, WINDOWS)
        }
    turns = read_turns(VALIDATION / "reference" / f"{path.stem}.rttm")
    network = (activations.times, activations.values[:, 0])
    return Recording(turns, duration(path), network, divergences)


def trials() -> Iterator[Trial]:
    """Yield all combinations of settings, by detector."""
    for measure, window, distance in itertools.product(MEASURES, WINDOWS, DISTANCES):
        settings = {"measure": measure, "window": window, "min_distance": distance}
        yield Trial("divergence", settings, lambda r, key=(measure, window): r.divergences[key])
    for distance, prominence in itertools.product(DISTANCES, PROMINENCES):
        settings = {"min_distance": distance, "prominence": prominence}
        yield Trial("bilstm", settings, lambda r: r.network)
    for weight, window, distance in itertools.product(WEIGHTS, WINDOWS, DISTANCES[:2]):
        settings = {"weight": weight, "window": window, "min_distance": distance}
        yield Trial("bilstm-divergence", settings, lambda r, w=weight, s=window: fuse(r, w, s))


def fuse(recording: Recording, weight: float, window: float) -> Curve:
    """Return the curve of the detector bilstm-divergence."""
    times, scores = recording.network
    divergence_times, divergences = recording.divergences["likelihood-ratio", window]
    divergences = np.interp(times, divergence_times, divergences)
    return times, fuse_scores(scores, divergences, weight=weight)


def evaluate_trial(trial: Trial, recordings: list[Recording]) -> Result:
    picking = {k: v for k, v in trial.settings.items() if k in ("min_distance", "prominence")}
    return evaluate((Scored(r.turns, r.duration, *trial.curve(r)) for r in recordings), picking)


def coverage_sum(result: Result) -> float:
    return float(np.nan_to_num(result.single) + np.nan_to_num(result.set))


def table_rows(recordings: list[Recording]) -> Iterator[list[str]]:
    for detector, group in itertools.groupby(trials(), key=lambda trial: trial.detector):
        results = [(trial, evaluate_trial(trial, recordings)) for trial in group]
        for trial, result in sorted(results, key=lambda pair: -coverage_sum(pair[1]))[:5]:
            settings = ", ".join(f"{name} {value}" for name, value in trial.settings.items())
            numbers = (result.single, result.set, coverage_sum(result), result.threshold)
            yield [detector, settings, *(f"{number:.3f}" for number in numbers)]


def main() -> None:
    activate = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    paths = sorted((VALIDATION / "audio").glob("*.wav"))
    print_heading("Settings of the change detectors", TEXT.format(count=len(paths), corpus=VALIDATION.name))  # fmt: skip
    recordings = [read_recording(path, activate) for path in paths]
    columns = ["detector", "settings", "single at 0.90", "set at 0.85", "sum", "threshold"]
    print_table(columns, table_rows(recordings))


if __name__ == "__main__":
    main()
