"""`best` with settings that no recording had a say in choosing for itself, beside others on the same recordings.

    .venv/bin/snakemake tune --cores 2 --configfile bench/tune-best.yaml
    .venv/bin/python bench/peers/compare.py > bench/peers.md
    .venv/bin/python bench/leave_one_out.py > bench/leave_one_out.md

Reads results/report/tuning/best-recordings.csv and bench/peers/results/table.csv. The interval is of the
ratio of two error rates: in each of 1000 samples the same recordings are drawn for both.
"""

import argparse
import datetime
import platform
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from diarflow.scoring.bootstrap import draws  # noqa: E402

KINDS = ["false_alarm", "missed", "confusion"]
KEYS = ["corpus", "recording"]


def ratio_interval(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """The middle 95 % of the ratios of two systems' errors on the same recordings."""
    wrong = np.stack([side[KINDS].sum(axis=1).to_numpy() for side in (one, other)], axis=1)
    sums = np.array([counts @ wrong for counts in draws(len(wrong))])
    return np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5])


def line(name: str, errors: pd.DataFrame, own: pd.DataFrame | None) -> str:
    kinds = 100 * errors[KINDS].sum() / errors["reference_seconds"].sum()
    cells = [name, f"{kinds.sum():.1f}", *(f"{kind:.1f}" for kind in kinds)]
    if own is None:
        return f"| {' | '.join([*cells, '', ''])} |"
    low, high = ratio_interval(own, errors)
    ratio = own[KINDS].to_numpy().sum() / errors[KINDS].to_numpy().sum()
    return f"| {' | '.join([*cells, f'{ratio:.2f}', f'{low:.2f}-{high:.2f}'])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuned", default="results/report/tuning/best-recordings.csv")
    parser.add_argument("--peers", default="bench/peers/results/table.csv")
    parser.add_argument("--corpora", nargs="+", default=["ami", "misc"])
    asked = parser.parse_args()
    own = pd.read_csv(asked.tuned).set_index(KEYS).sort_index()
    own = own[own.index.get_level_values("corpus").isin(asked.corpora)]
    peers = pd.read_csv(asked.peers).set_index(KEYS)
    print("# `best`, its settings chosen on other recordings\n")
    print(f"`bench/leave_one_out.py`, {datetime.date.today()}, {platform.system()}, ", end="")
    print(f"{platform.machine()}; {len(own)} recordings of {', '.join(asked.corpora)}, full DER, ")
    print("percent. *ratio*: of the errors of `best` to the system's, with its paired interval.\n")
    print("| system | DER | false alarm | missed | confusion | ratio | 95 % |")
    print("|---|---|---|---|---|---|---|")
    print(line("best, left out", own, None))
    for name, errors in peers.groupby("system", sort=False):
        errors = errors.reindex(own.index)
        if errors[KINDS].notna().all(axis=None):
            print(line(name, errors, own))


if __name__ == "__main__":
    main()
