"""What a run says at its end: the corpora's error rates and what was set aside, on a terminal."""

import csv
from collections.abc import Iterable
from pathlib import Path

from diarflow.ledger import Failure
from diarflow.report.names import ALL

_SHOWN = 10  # recordings set aside that are named


def der_table(path) -> str:
    """The totals of a der.csv as aligned text, one line for each corpus, system and protocol."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["recording"] == ALL]
    if not rows:
        return "no recording has a reference: nothing was scored"
    columns = (
        "corpus",
        "system",
        "protocol",
        "recordings",
        "missed",
        "false_alarm",
        "confusion",
        "der",
    )
    table = [columns, *(tuple(row[column] for column in columns) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 3 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def failure_lines(failures: Iterable[Failure]) -> list[str]:
    """A line for each recording that was set aside, the first ten in full."""
    failures = list(failures)
    lines = [
        f"set aside: {one.corpus}/{one.recording} at {one.rule}"
        f"{' (' + one.variant + ')' if one.variant else ''}: {one.reason} [{one.log}]"
        for one in failures[:_SHOWN]
    ]
    if len(failures) > _SHOWN:
        lines.append(f"set aside: {len(failures) - _SHOWN} more, see {Path('results')}/*/failures")
    return lines


def earlier_failures(failures: Iterable[Failure]) -> list[str]:
    """One line that says how many recordings earlier runs have set aside, and some of them."""
    names = list(dict.fromkeys(f"{one.corpus}/{one.recording}" for one in failures))
    if not names:
        return []
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return [f"set aside so far: {len(names)} ({shown}); why is in results/*/failures"]
