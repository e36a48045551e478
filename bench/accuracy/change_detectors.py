"""Quality of the change detectors, and the positions of their detected changes.

.venv/bin/snakemake results/report/changes.csv --cores all --configfile bench/configs/changes.yaml
.venv/bin/python -m bench.accuracy.change_detectors > bench/results/change_detectors.md
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.page import ROOT, print_heading, print_table
from diarflow.audio.prepared import duration
from diarflow.formats.rttm import read_turns
from diarflow.scoring.change_regions import (
    FRAMES_PER_SECOND,
    has_change,
    number_regions,
    reference_changes,
)
from diarflow.timeline.intervals import Seconds, Turn

TEXT = """
Settings: those within 0.002 of the best in [tune_change_detectors.md](tune_change_detectors.md), chosen on validation
conversations. In parentheses: 95 % bootstrap interval over recordings; without one if a sample does not reach the purity.
"""
TEXT_OF_PLACES = """
Changes at the threshold of each detector. *reference*: changes of the reference; *matched*: those with a detected change
within 0.5 s. Detected changes: *near* a reference change (0.5 s or less); else *inside* speech of one speaker, of these
*long* in a region of more than 5 s; in *overlap*; in a *pause*.
"""
TOLERANCE, LONG = 0.5, 5.0  # seconds
CORPORA = ("sim-test", "ami", "misc")
PURITIES = ["0.80", "0.85", "0.90", "0.91"]
PLACES = ["reference", "matched", "near", "inside", "long", "overlap", "pause"]


def count_places(turns: list[Turn], times: np.ndarray, seconds: Seconds) -> Counter[str]:
    """Count the reference changes of a recording, and the detected changes (n,) by their place."""
    single = number_regions(turns, duration=seconds, kind="single")
    speech = number_regions(turns, duration=seconds, kind="set")
    lengths = np.bincount(single[single >= 0], minlength=1) / FRAMES_PER_SECOND
    reference = reference_changes(single)
    distance = np.maximum(reference[None, :, 0] - times[:, None], times[:, None] - reference[None, :, 1])  # fmt: skip
    is_close = distance <= TOLERANCE
    counts = Counter(reference=len(reference), matched=int(is_close.any(axis=0).sum()))
    for time, is_near in zip(times, is_close.any(axis=1), strict=True):
        frame = min(int(time * FRAMES_PER_SECOND), len(single) - 1)
        if is_near:
            counts["near"] += 1
        elif single[frame] >= 0:
            counts["inside"] += 1
            counts["long"] += lengths[single[frame]] > LONG
        else:
            counts["overlap" if speech[frame] >= 0 else "pause"] += 1
    return counts


def coverage(row, purity: str) -> str:
    """Return the coverage at a purity with its interval, if there is one."""
    value, low, high = (row[f"coverage_at_{purity}{end}"] for end in ("", "_low", "_high"))
    return f"{value:.3f}" + ("" if pd.isna(low) else f" ({low:.2f}-{high:.2f})")


def coverage_rows(table: pd.DataFrame) -> Iterator[list[str]]:
    for _, row in table[table["recording"] == "ALL"].iterrows():
        names = ("corpus", "regions", "recordings", "reference_changes", "changes")
        coverages = [coverage(row, purity) for purity in PURITIES]
        close = f"{row['precision_0.5']:.2f}, {row['recall_0.5']:.2f}"
        yield [*(str(row[name]) for name in names), *coverages, close]


def place_rows(detectors: list[str]) -> Iterator[list[str]]:
    for corpus in CORPORA:
        results = ROOT / "results" / corpus
        for detector in detectors:
            counts: Counter[str] = Counter()
            for path in sorted((results / "changes" / detector).glob("*.parquet")):
                turns = read_turns(results / "reference" / f"{path.stem}.rttm")
                seconds = duration(results / "audio" / f"{path.stem}.wav")
                if has_change(number_regions(turns, duration=seconds, kind="single")):
                    times = pd.read_parquet(path)["time"].to_numpy()
                    counts += count_places(turns, times, seconds)
            yield [corpus, detector, *(str(counts[place]) for place in PLACES)]


def main() -> None:
    table = pd.read_csv(ROOT / "results" / "report" / "changes.csv")
    print_heading("Change detectors", TEXT)
    at_purity = [f"coverage at purity {purity}" for purity in PURITIES]
    print_table(
        ["corpus", "regions", "recordings", "changes", "detector", *at_purity, "precision, recall within 0.5 s"],
        coverage_rows(table),
    )  # fmt: skip
    print(TEXT_OF_PLACES)
    print_table(["corpus", "detector", *PLACES], place_rows(list(dict.fromkeys(table["changes"]))))


if __name__ == "__main__":
    main()
