"""Comparison of `best` with other systems if the settings for each recording are chosen on the others.

    .venv/bin/snakemake tune --cores 2 --configfile bench/configs/tune-best.yaml
    .venv/bin/python -m bench.peers.compare > bench/results/peers.md
    .venv/bin/python -m bench.accuracy.leave_one_out > bench/results/leave_one_out.md

Reads results/report/tuning/best-recordings.csv and bench/peers/results/table.csv.
"""

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.accuracy.sets import SETS
from bench.page import print_heading, print_table
from diarflow.scoring.bootstrap import draw_weights, percentile_interval

TEXT = """
For each group of recordings, such as the excerpts of one meeting, the settings of `best` are those with the fewest errors on
all other groups, of {trials} that `bench/configs/tune-best.yaml` tries. Full DER in percent. *ratio*: errors of `best`
divided by those of the system, with its 95 % interval over 1000 bootstrap samples, which draw the same recordings for both.
*present*: `best` with its present settings, which were chosen with these recordings.
"""
KINDS = ["false_alarm", "missed", "confusion"]
KEYS = ["corpus", "recording"]
REAL = {name: SETS[name] for name in ("conversations", "conversations-2")}
COLUMNS = [
    "set",
    "system",
    "recordings",
    "DER",
    "false alarm",
    "missed",
    "confusion",
    "ratio",
    "95 %",
]


def ratio_interval(errors: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Return the 95 % interval of the ratio of two systems' errors on the same recordings."""
    seconds = np.stack([rows[KINDS].sum(axis=1).to_numpy() for rows in (errors, other)], axis=1)
    sums = np.array([weights @ seconds for weights in draw_weights(len(seconds))])
    return percentile_interval(sums[:, 0] / sums[:, 1])


def cells(name: str, errors: pd.DataFrame) -> list[str]:
    rates = 100 * errors[KINDS].sum() / errors["reference_seconds"].sum()
    return [name, str(len(errors)), f"{rates.sum():.1f}", *(f"{rate:.1f}" for rate in rates)]


def table_rows(best: pd.DataFrame, peers: pd.DataFrame) -> Iterator[list[str]]:
    """Yield for each set a row for `best`, and one for each system that has all of its recordings."""
    for name, corpora in {
        **REAL,
        "both": [corpus for set in REAL.values() for corpus in set],
    }.items():
        chosen = best[best.index.get_level_values("corpus").isin(corpora)]
        yield [name, *cells("best, left out", chosen), "", ""]
        for system, errors in peers.groupby("system", sort=False):
            errors = errors.reindex(chosen.index)
            if errors[KINDS].notna().all(axis=None):
                ratio = chosen[KINDS].to_numpy().sum() / errors[KINDS].to_numpy().sum()
                low, high = ratio_interval(chosen, errors)
                label = "best, present" if system == "diarflow-best" else str(system)
                yield [name, *cells(label, errors), f"{ratio:.2f}", f"{low:.2f} to {high:.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuned", default="results/report/tuning/best-recordings.csv")
    parser.add_argument("--trials", default="results/report/tuning/best.csv")
    parser.add_argument("--peers", default="bench/peers/results/table.csv")
    options = parser.parse_args()
    best = pd.read_csv(options.tuned).set_index(KEYS).sort_index()
    peers = pd.read_csv(options.peers).set_index(KEYS)
    trials = len(pd.read_csv(options.trials))
    print_heading("`best` with settings chosen on other recordings", TEXT.format(trials=trials))
    print_table(COLUMNS, table_rows(best, peers))


if __name__ == "__main__":
    main()
