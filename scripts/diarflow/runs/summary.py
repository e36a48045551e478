"""What a run says at its end: the corpora's error rates and what was set aside, on a terminal."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from diarflow.artifacts.failures import Failure
from diarflow.scoring.names import ALL, COMPLETED

_SHOWN = 10  # recordings set aside that are named


def der_table(path) -> str:
    """The totals of a der.csv as aligned text, one line for each corpus, system and protocol."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = _totals(csv.DictReader(file))
    if not rows:
        return "no recording has a reference: nothing was scored"
    columns = ("corpus", "system", "recording", "protocol", "recordings", "missed", "false_alarm",
               "confusion", "der")  # fmt: skip
    table = [columns, *(tuple(row[column] for column in columns) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 4 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def _totals(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Rows ALL, each followed by COMPLETED where that is of fewer recordings."""
    found: dict[tuple[str, ...], dict[str, dict[str, str]]] = {}
    for row in rows:
        if row["recording"] in (ALL, COMPLETED):
            key = (row["corpus"], row["system"], row["protocol"])
            found.setdefault(key, {})[row["recording"]] = row
    shown = []
    for pair in found.values():
        completed = pair.get(COMPLETED)
        differs = completed and completed["recordings"] != pair[ALL]["recordings"]
        shown += [pair[ALL], completed] if differs else [pair[ALL]]
    return shown


def failure_lines(failures: Iterable[Failure]) -> list[str]:
    """A line for each recording that was set aside, the first ten in full."""
    failures = list(failures)
    lines = [
        f"set aside: {one.corpus}/{one.recording} at {one.rule}"
        f"{' (' + one.variant + ')' if one.variant else ''}: {one.reason.replace(chr(10), '; ')} [{one.log}]"
        for one in failures[:_SHOWN]
    ]
    if len(failures) > _SHOWN:
        lines.append(f"set aside: {len(failures) - _SHOWN} more, see {Path('results')}/*/failures")
    if failures:
        lines.append(
            "they are tried again when their file, settings or the code change, or after `snakemake retry`"
        )
    return lines


def earlier_failures(failures: Iterable[Failure]) -> list[str]:
    """One line that says how many recordings earlier runs have set aside, and some of them."""
    names = list(dict.fromkeys(f"{one.corpus}/{one.recording}" for one in failures))
    if not names:
        return []
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return [f"set aside so far: {len(names)} ({shown}); why is in results/*/failures"]


def made_lines(corpora: Iterable[str], *, since: float = 0.0, root="results") -> Iterator[str]:
    """The table of error rates, and where report and RTTM lie, as far as they were made `since` then."""
    table = Path(root, "report", "der.csv")
    if _newer(table, since):
        yield der_table(table)
        yield f"report: {table.with_name('index.html')}"
    folders = [Path(root, corpus, "rttm") for corpus in corpora]
    if there := [f"{folder}/" for folder in folders if any(folder.glob("*/*.rttm"))]:
        yield "RTTM:   " + ", ".join(there)


def _newer(path: Path, since: float) -> bool:
    return path.exists() and path.stat().st_mtime >= since


# what the last run made: `make run` says it where there is nothing to do
if __name__ == "__main__":
    known = [path.parent.name for path in sorted(Path("results").glob("*/der.csv"))]
    print("\n".join(made_lines([name for name in known if name != "report"])))
