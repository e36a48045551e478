"""Coverage of change detectors at set purities, on corpora whose audio and references are prepared.

    .venv/bin/python bench/changes.py sim-test ami misc > bench/changes.md

Every threshold is tried; coverage at a purity is read off the upper envelope, with a bootstrap interval
over recordings. `single` keeps stretches of one speaker, `set` those of overlap too.
"""

import datetime
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402

from diarflow.audio import Clip, duration  # noqa: E402
from diarflow.change_scores import (  # noqa: E402
    Candidates,
    at_thresholds,
    bootstrap,
    coverage_at,
    curve,
    regions,
    sweep,
    true_changes,
)
from diarflow.changes import divergence  # noqa: E402
from diarflow.changes.peaks import pick  # noqa: E402
from diarflow.formats.rttm import read_turns  # noqa: E402
from diarflow.networks import bilstm  # noqa: E402
from diarflow.settings.stages import BilstmNetwork, DivergenceChanges  # noqa: E402

PURITIES = (0.8, 0.85, 0.9, 0.91)


def candidates(path):
    """Every local maximum of each detector's score, with its settings' least distance."""
    network = bilstm.load(**BilstmNetwork().model_dump(exclude={"backend"}))
    scores, times = network(path)
    settings = DivergenceChanges()
    with Clip(path) as clip:
        shown = settings.model_dump(include={"measure", "window", "step"})
        moments, differences = divergence.curve(clip, **shown)
    return {
        "bilstm": pick(times, scores[:, 0], threshold=-1, min_distance=0.3),
        "divergence": pick(moments, differences, threshold=-1, min_distance=settings.min_distance),
    }


def rows(corpus):
    folder = ROOT / "results" / corpus
    recordings = []
    for path in sorted((folder / "audio").glob("*.wav")):
        turns = read_turns(folder / "reference" / f"{path.stem}.rttm")
        recordings.append((turns, duration(path), candidates(path)))
    for kind in ("single", "set"):
        kept = [r for r in recordings if len(true_changes(r[0], duration=r[1], kind=kind))]
        changes = sum(len(true_changes(t, duration=d, kind=kind)) for t, d, _ in kept)
        for detector in ("bilstm", "divergence"):
            found = []
            for turns, seconds, by_detector in kept:
                picked = by_detector[detector]
                moments = np.array([change.time for change in picked])
                scores = np.array([change.score for change in picked])
                found.append(
                    Candidates(regions(turns, duration=seconds, kind=kind), moments, scores)
                )
            whole = sweep(found, max_thresholds=200)
            tables = [at_thresholds(one, whole.threshold) for one in found]
            low, high = bootstrap(
                tables,
                lambda drawn, t=whole.threshold: coverage_at(PURITIES, curve(t, drawn)),
                samples=300,
                seed=0,
            )
            cells = [
                f"{value:.3f} ({a:.2f}-{b:.2f})"
                for value, a, b in zip(coverage_at(PURITIES, whole), low, high, strict=True)
            ]
            yield [corpus, kind, f"{len(kept)}, {changes}", detector, *cells]


if __name__ == "__main__":
    print("# Coverage of change detectors\n")
    print(
        f"`bench/changes.py {' '.join(sys.argv[1:])}`, {datetime.date.today()}, {platform.platform()}.\n"
    )
    print(
        "| corpus | regions | recordings, changes | detector | "
        + " | ".join(f"at purity {p}" for p in PURITIES)
        + " |"
    )
    print("|---" * (4 + len(PURITIES)) + "|")
    for corpus in sys.argv[1:]:
        for row in rows(corpus):
            print("| " + " | ".join(row) + " |", flush=True)
