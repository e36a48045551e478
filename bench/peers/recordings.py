"""Every recording and system of the last comparison: full DER and what it is made of.

.venv/bin/python bench/peers/recordings.py > bench/peers-recordings.md
"""

from pathlib import Path

import pandas as pd

TABLE = Path(__file__).parent / "results" / "table.csv"
KINDS = ["missed", "false_alarm", "confusion"]


def main() -> None:
    rows = pd.read_csv(TABLE)
    systems = list(dict.fromkeys(rows["system"]))
    print("# Every recording\n")
    print(
        "`bench/peers/recordings.py`, of the comparison in [peers.md](peers.md). Full DER in percent, in brackets"
    )
    print(
        "missed speech, false alarm and confusion, then the speakers found. No system is told their number.\n"
    )
    print("| recording | speakers | " + " | ".join(systems) + " |")
    print("|---|---|" + "---|" * len(systems))
    for (corpus, name), own in rows.groupby(["corpus", "recording"], sort=False):
        cells = []
        for one in own.set_index("system").loc[systems].to_dict("records"):
            parts = (100 * one[kind] / one["reference_seconds"] for kind in KINDS)
            shown = " ".join(f"{part:.1f}" for part in parts) if one["reference_seconds"] else ""
            cells.append(f"{one['der']:.1f} ({shown}) {one['found']}")
        print(f"| {corpus}/{name} | {own['speakers'].iloc[0]} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
