"""How good the change detectors are, and where the changes lie that they find.

    .venv/bin/snakemake results/report/changes.csv --cores all --configfile bench/changes.yaml
    .venv/bin/python bench/changes.py > bench/changes.md

Below, of the changes in `changes/`, at the threshold of each detector: *near*: no more than 0.5 s from a true change; *inside*: elsewhere in speech of one speaker, of which *long* in a region of more than 5 s; *overlap*,
*pause*: where several speak, or nobody. A true change is *found* where one found is no more than 0.5 s away.
"""

import datetime
import platform
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from diarflow.audio.prepared import duration  # noqa: E402
from diarflow.formats.rttm import read_turns  # noqa: E402
from diarflow.scoring.speaker_changes import regions, true_changes  # noqa: E402

TOLERANCE, LONG = 0.5, 5.0
PURITIES = ["0.80", "0.85", "0.90", "0.91"]
COLUMNS = ["true", "found of them", "near", "inside", "long", "overlap", "pause"]


def places(turns, times: np.ndarray, seconds: float) -> Counter:
    """How many of the changes found lie where."""
    single = regions(turns, duration=seconds, kind="single")
    speech = regions(turns, duration=seconds, kind="set")
    lengths = np.bincount(single[single >= 0], minlength=1) / 100
    true = true_changes(turns, duration=seconds, kind="single")
    away = np.maximum(true[None, :, 0] - times[:, None], times[:, None] - true[None, :, 1])
    close = away <= TOLERANCE
    found = Counter(true=len(true), **{"found of them": int(close.any(axis=0).sum())})
    for time, near in zip(times, close.any(axis=1), strict=True):
        frame = min(int(time * 100), len(single) - 1)
        if near:
            found["near"] += 1
        elif single[frame] >= 0:
            found["inside"] += 1
            found["long"] += lengths[single[frame]] > LONG
        else:
            found["overlap" if speech[frame] >= 0 else "pause"] += 1
    return found


def interval(row, purity: str) -> str:
    """Coverage at a purity with its interval; empty where a bootstrap sample does not reach the purity."""
    found, low, high = (row[f"coverage_at_{purity}{end}"] for end in ("", "_low", "_high"))
    return f"{found:.3f}" + ("" if pd.isna(low) else f" ({low:.2f}-{high:.2f})")


def main() -> None:
    print("# Change detectors\n")
    print(
        f"`bench/changes.py`, {datetime.date.today()}, {platform.system()}, {platform.machine()}.\n"
    )
    print(__doc__.split("\n\n")[2].strip())
    print(
        "\nThe settings of each detector are within 0.002 of the best of bench/tune_changes.md, chosen on validation conversations. In brackets "
        "95 % of bootstrap samples of recordings; empty where one does not reach the purity.\n"
    )
    print("| corpus | regions | recordings | changes | detector |", end="")
    print("".join(f" coverage at purity {purity} |" for purity in PURITIES), end="")
    print(" precision, recall within 0.5 s |\n" + "|---" * (6 + len(PURITIES)) + "|")
    table = pd.read_csv(ROOT / "results" / "report" / "changes.csv")
    for _, row in table[table["recording"] == "ALL"].iterrows():
        print(
            f"| {row['corpus']} | {row['regions']} | {row['recordings']} | {row['reference_changes']} | {row['changes']} |",
            " | ".join(interval(row, purity) for purity in PURITIES),
            f"| {row['precision_0.5']:.2f}, {row['recall_0.5']:.2f} |",
        )
    print("\n| corpus | detector | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    results = ROOT / "results"
    for corpus in ("sim-test", "ami", "misc"):
        for detector in dict.fromkeys(table["changes"]):
            folder = results / corpus / "changes" / detector
            found = Counter()
            for path in sorted(folder.glob("*.parquet")):
                turns = read_turns(results / corpus / "reference" / f"{path.stem}.rttm")
                seconds = duration(results / corpus / "audio" / f"{path.stem}.wav")
                times = pd.read_parquet(path)["time"].to_numpy()
                if len(true_changes(turns, duration=seconds, kind="single")):
                    found += places(turns, times, seconds)
            print(f"| {corpus} | {detector} | " + " | ".join(str(found[c]) for c in COLUMNS) + " |")


if __name__ == "__main__":
    main()
