"""Error rates of the systems of a run, summed over sets of corpora.

    .venv/bin/snakemake results/report/der.csv --cores 2 --configfile bench/configs/pieces.yaml
    .venv/bin/python -m bench.accuracy.sets > bench/results/pieces.md

Reads results/report/der.csv.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from bench.page import print_heading, print_table
from diarflow.scoring.diarization import ERROR_KINDS

TITLE = "Pieces of CAM++, and clustering of its vectors"
TEXT = """
*Full* DER in percent, number of speakers estimated, with missed speech, false alarms and confusion. *more*, *fewer*: recordings
with too many and too few speakers. The systems are those of `{config}`; its sets are {sets}.
"""
SETS = {
    "conversations": ["ami", "misc"],
    "conversations-2": ["ami-far", "talk", "web", "short"],
    "plain": ["plain-2", "plain-4", "plain-8", "plain-short"],
    "hard": ["hard-2", "hard-4", "hard-short"],
    "minutes": ["minutes"],
}
COLUMNS = ["set", "system", "recordings", "DER", "missed", "false alarm", "confusion", "more", "fewer"]  # fmt: skip


def read_rows(path: Path) -> pd.DataFrame:
    """Return a row for each recording and system, under the full protocol."""
    rows = pd.read_csv(path)
    is_recording = ~rows["recording"].isin(["ALL", "COMPLETED"])
    return rows[is_recording & (rows["protocol"] == "full") & (rows["corpus"] != "ALL")]


def table_rows(rows: pd.DataFrame) -> Iterator[list[str]]:
    for name, corpora in SETS.items():
        for system, chosen in rows[rows["corpus"].isin(corpora)].groupby("system", sort=False):
            rates = 100 * chosen[list(ERROR_KINDS)].sum() / chosen["reference_seconds"].sum()
            difference = chosen["hypothesis_speakers"] - chosen["reference_speakers"]
            counts = len(chosen), (difference > 0).sum(), (difference < 0).sum()
            yield [
                name, system, str(counts[0]), f"{rates.sum():.1f}", *(f"{rate:.1f}" for rate in rates),
                *map(str, counts[1:]),
            ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--config", default="bench/configs/pieces.yaml")
    options = parser.parse_args()
    described = ", ".join(f"{name} ({' '.join(corpora)})" for name, corpora in SETS.items())
    print_heading(TITLE, TEXT.format(config=options.config, sets=described))
    print_table(COLUMNS, table_rows(read_rows(options.results / "report/der.csv")))


if __name__ == "__main__":
    main()
