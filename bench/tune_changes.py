"""Settings of the change detectors, chosen on simulated validation conversations alone.

    make train     # which makes the conversations
    .venv/bin/python bench/tune_changes.py > bench/tune_changes.md

For each detector the settings with the best sum of two coverages win: at 90 % purity where one speaks, at
85 % with overlap. The threshold is the one with the best F of coverage and purity where one speaks.
"""

import datetime
import itertools
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402

from diarflow.audio.prepared import Clip, duration  # noqa: E402
from diarflow.changes import divergence  # noqa: E402
from diarflow.changes.bilstm_divergence import fuse  # noqa: E402
from diarflow.changes.peak_picking import pick  # noqa: E402
from diarflow.formats.rttm import read_turns  # noqa: E402
from diarflow.networks import bilstm  # noqa: E402
from diarflow.scoring.speaker_changes import Candidates, coverage_at, regions, sweep  # noqa: E402
from diarflow.settings.stages import BilstmNetwork  # noqa: E402

CORPUS = "sim-valid"
WINDOWS = (2.0, 3.0, 4.0)
DISTANCES = (0.3, 0.5, 0.8)


def curves(path, network):
    """A recording's scores by the network, and its divergences by measure and window."""
    scores, times, _ = network(path)
    found = {}
    with Clip(path) as clip:
        for measure, window in itertools.product(("gaussian", "likelihood-ratio"), WINDOWS):
            found[measure, window] = divergence.curve(
                clip, measure=measure, window=window, step=0.1
            )
    return times, scores[:, 0], found


def settings():
    """Detector, settings, and how they make a curve (times, scores) of what `curves` gave."""
    for measure, window, distance in itertools.product(
        ("gaussian", "likelihood-ratio"), WINDOWS, DISTANCES
    ):
        chosen = {"measure": measure, "window": window, "min_distance": distance}
        yield "divergence", chosen, lambda t, s, d, key=(measure, window): d[key]
    for distance, prominence in itertools.product(DISTANCES, (0.0, 0.1, 0.2)):
        yield "bilstm", {"min_distance": distance, "prominence": prominence}, lambda t, s, d: (t, s)
    for weight, window, distance in itertools.product(
        (0.5, 1.0, 1.5, 2.0, 3.0), WINDOWS, (0.3, 0.5)
    ):

        def fused(times, scores, found, weight=weight, window=window):
            moments, long = found["likelihood-ratio", window]
            return times, fuse(scores, np.interp(times, moments, long), weight=weight)

        yield (
            "bilstm-divergence",
            {"weight": weight, "window": window, "min_distance": distance},
            fused,
        )


def judged(recordings, make, chosen):
    picking = {key: chosen[key] for key in ("min_distance", "prominence") if key in chosen}
    reached = {}
    for kind, purity in (("single", 0.9), ("set", 0.85)):
        candidates = []
        for turns, seconds, read in recordings:
            picked = pick(*make(*read), **picking)
            moments, scores = np.array([change for change in picked]).reshape(-1, 2).T
            numbers = regions(turns, duration=seconds, kind=kind)
            candidates.append(Candidates(numbers, moments, scores))
        whole = sweep(candidates, max_thresholds=150)
        reached[kind] = float(coverage_at([purity], whole)[0])
        if kind == "single":
            balance = 2 * whole.purity * whole.coverage / (whole.purity + whole.coverage)
            reached["threshold"] = float(whole.threshold[balance.argmax()])
    return reached


if __name__ == "__main__":
    network = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    folder = ROOT / "results" / CORPUS
    recordings = [
        (
            read_turns(folder / "reference" / f"{path.stem}.rttm"),
            duration(path),
            curves(path, network),
        )
        for path in sorted((folder / "audio").glob("*.wav"))
    ]
    print("# Settings of the change detectors\n")
    print(f"`bench/tune_changes.py`, {datetime.date.today()}, {platform.platform()}.")
    print(f"{len(recordings)} recordings of {CORPUS}.\n")
    print("| detector | settings | single at 0.90 | set at 0.85 | sum | threshold |")
    print("|---|---|---|---|---|---|")
    rows = []
    for detector, chosen, make in settings():
        found = judged(recordings, make, chosen)
        total = np.nan_to_num(found["single"]) + np.nan_to_num(found["set"])
        rows.append((detector, total, chosen, found))
    for detector, group in itertools.groupby(rows, key=lambda row: row[0]):
        for _, total, chosen, found in sorted(group, key=lambda row: -row[1])[:5]:
            shown = ", ".join(f"{key} {value}" for key, value in chosen.items())
            print(
                f"| {detector} | {shown} | {found['single']:.3f} | {found['set']:.3f} "
                f"| {total:.3f} | {found['threshold']:.3f} |",
                flush=True,
            )
