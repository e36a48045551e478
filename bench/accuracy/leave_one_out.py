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

from bench.page import print_heading, print_table
from diarflow.scoring.bootstrap import draw_weights, percentile_interval

TEXT = """
{count} recordings of {corpora}; full DER in percent. *ratio*: errors of `best` divided by those of the system, with its 95 %
interval over 1000 bootstrap samples, which draw the same recordings for both.
"""
KINDS = ["false_alarm", "missed", "confusion"]
KEYS = ["corpus", "recording"]
COLUMNS = ["system", "DER", "false alarm", "missed", "confusion", "ratio", "95 %"]


def ratio_interval(errors: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Return the 95 % interval of the ratio of two systems' errors on the same recordings."""
    seconds = np.stack([rows[KINDS].sum(axis=1).to_numpy() for rows in (errors, other)], axis=1)
    sums = np.array([weights @ seconds for weights in draw_weights(len(seconds))])
    return percentile_interval(sums[:, 0] / sums[:, 1])


def cells(name: str, errors: pd.DataFrame) -> list[str]:
    rates = 100 * errors[KINDS].sum() / errors["reference_seconds"].sum()
    return [name, f"{rates.sum():.1f}", *(f"{rate:.1f}" for rate in rates)]


def table_rows(best: pd.DataFrame, peers: pd.DataFrame) -> Iterator[list[str]]:
    """Yield a row for `best`, and one for each system that has all of its recordings."""
    yield [*cells("best, left out", best), "", ""]
    for name, errors in peers.groupby("system", sort=False):
        errors = errors.reindex(best.index)
        if errors[KINDS].notna().all(axis=None):
            ratio = best[KINDS].to_numpy().sum() / errors[KINDS].to_numpy().sum()
            low, high = ratio_interval(best, errors)
            yield [*cells(name, errors), f"{ratio:.2f}", f"{low:.2f}-{high:.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuned", default="results/report/tuning/best-recordings.csv")
    parser.add_argument("--peers", default="bench/peers/results/table.csv")
    parser.add_argument("--corpora", nargs="+", default=["ami", "misc"])
    options = parser.parse_args()
    best = pd.read_csv(options.tuned).set_index(KEYS).sort_index()
    best = best[best.index.get_level_values("corpus").isin(options.corpora)]
    peers = pd.read_csv(options.peers).set_index(KEYS)
    text = TEXT.format(count=len(best), corpora=" and ".join(options.corpora))
    print_heading("`best` with settings chosen on other recordings", text)
    print_table(COLUMNS, table_rows(best, peers))


if __name__ == "__main__":
    main()
