"""Print every recording and system of the last comparison: full DER and its parts.

.venv/bin/python -m bench.peers.recording_table > bench/results/peers_recordings.md
"""

from collections.abc import Iterator

import pandas as pd

from bench.page import ROOT, print_heading, print_table

TEXT = """
Recordings of the comparison in [peers.md](peers.md). Full DER in percent, in parentheses missed speech, false alarm and
confusion, then the number of speakers in the hypothesis. All systems estimate the number of speakers.
"""
TABLE = ROOT / "bench" / "peers" / "results" / "table.csv"
KINDS = ["missed", "false_alarm", "confusion"]


def table_rows(table: pd.DataFrame, systems: list[str]) -> Iterator[list[str]]:
    for (corpus, recording), rows in table.groupby(["corpus", "recording"], sort=False):
        cells = [cell(row) for row in rows.set_index("system").loc[systems].to_dict("records")]
        yield [f"{corpus}/{recording}", str(rows["reference_speakers"].iloc[0]), *cells]


def cell(row: dict) -> str:
    seconds = row["reference_seconds"]
    parts = " ".join(f"{100 * row[kind] / seconds:.1f}" for kind in KINDS) if seconds else ""
    return f"{row['der']:.1f} ({parts}) {row['hypothesis_speakers']}"


def main() -> None:
    table = pd.read_csv(TABLE)
    systems = list(dict.fromkeys(table["system"]))
    print_heading("Comparison with other systems: recordings", TEXT)
    print_table(["recording", "reference speakers", *systems], table_rows(table, systems))


if __name__ == "__main__":
    main()
