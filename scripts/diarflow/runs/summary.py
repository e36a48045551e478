"""Messages of a run on the terminal: error rates, results, and recordings that were set aside."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from diarflow.artifacts.failures import Failure
from diarflow.errors import EXAMPLES, MAX_LENGTH, message_kind, shortened, visible
from diarflow.scoring.names import ALL, COMPLETED

_MAX_LINES = 12  # recordings set aside that are listed
_SEE = "see results/*/failures"
_SHORT = 80  # names and paths in a message
_COLUMNS = ("corpus", "system", "recording", "protocol", "recordings", "missed", "false_alarm",
            "confusion", "der")  # fmt: skip
_TEXT_COLUMNS = 4  # aligned to the left


def der_table(path) -> str:
    """Return the totals of a der.csv as aligned text, a line for each corpus, system and protocol."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = _totals(csv.DictReader(file))
        table = [_COLUMNS, *(tuple(visible(row[column]) for column in _COLUMNS) for row in rows)]
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return f"{path}: cannot be read; the next run makes it again"
    if not rows:
        return "no recording has a reference: there are no scores"
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(_aligned(row, widths) for row in table)


def _aligned(row: Iterable[str], widths: Iterable[int]) -> str:
    cells = [
        cell.ljust(width) if index < _TEXT_COLUMNS else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _totals(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows ALL, each followed by its row COMPLETED if that has fewer recordings."""
    totals: dict[tuple[str, ...], dict[str, dict[str, str]]] = {}
    for row in rows:
        if row["recording"] in (ALL, COMPLETED):
            key = (row["corpus"], row["system"], row["protocol"])
            totals.setdefault(key, {})[row["recording"]] = row
    shown: list[dict[str, str]] = []
    for pair in totals.values():
        completed = pair.get(COMPLETED)
        shown.append(pair[ALL])
        if completed and completed["recordings"] != pair[ALL]["recordings"]:
            shown.append(completed)
    return shown


def failure_lines(failures: Iterable[Failure]) -> list[str]:
    """Return a line for each failure, the first of each kind in full, and how the recordings are tried again."""
    kinds: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        kinds.setdefault((failure.rule, message_kind(failure.reason)), []).append(failure)
    lines: list[tuple[str, int]] = []  # with the number of failures that a line stands for
    for (rule, _), similar in kinds.items():
        lines += [(_failure_line(failure), 1) for failure in similar[:EXAMPLES]]
        if (more := len(similar) - EXAMPLES) > 0:
            lines.append((f"set aside: {more} more at {rule} for a similar reason, {_SEE}", more))
    shown = [line for line, _ in lines[:_MAX_LINES]]
    if more := sum(number for _, number in lines[_MAX_LINES:]):
        shown.append(f"set aside: {more} more, {_SEE}")
    if shown:
        shown.append(
            "They are tried again when their file, their settings or the code changes, or after `snakemake retry`."
        )
    return shown


def _failure_line(failure: Failure) -> str:
    variant = f" ({failure.variant})" if failure.variant else ""
    recording = shortened(f"{failure.corpus}/{failure.recording}", _SHORT)
    start = f"set aside: {recording} at {shortened(f'{failure.rule}{variant}', _SHORT)}: "
    end = f" [{failure.log}]"
    if len(end) > _SHORT:
        end = f" [{_SEE}]"
    reason = "; ".join(map(visible, failure.reason.split("\n")))
    return visible(start) + shortened(reason, MAX_LENGTH - len(start) - len(end)) + visible(end)


def earlier_failure_lines(failures: Iterable[Failure]) -> list[str]:
    """Return a line with the number of recordings that earlier runs set aside and the first three; none if there are none."""
    names = list(dict.fromkeys(f"{failure.corpus}/{failure.recording}" for failure in failures))
    if not names:
        return []
    shown = ", ".join(shortened(visible(name), _SHORT) for name in names[:EXAMPLES])
    more = ", ..." if len(names) > EXAMPLES else ""
    return [f"set aside so far: {len(names)} ({shown}{more}); reasons are in results/*/failures"]


def result_lines(corpora: Iterable[str], *, since: float = 0.0, root="results") -> Iterator[str]:
    """Yield the table of error rates and the report if they were written `since`, and the folders of RTTM."""
    table = Path(root, "report", "der.csv")
    if table.exists() and table.stat().st_mtime >= since:
        yield der_table(table)
        yield f"report: {table.with_name('index.html').absolute().as_uri()}"
    folders = [Path(root, corpus, "rttm") for corpus in corpora]
    if names := [f"{folder}/" for folder in folders if any(folder.glob("*/*.rttm"))]:
        yield "RTTM:   " + ", ".join(names)


def main() -> None:
    """Print the results of the last run in this folder. `make run` does so if there is nothing to do."""
    corpora = [path.parent.name for path in sorted(Path("results").glob("*/der.csv"))]
    print("\n".join(result_lines([corpus for corpus in corpora if corpus != "report"])))


if __name__ == "__main__":
    main()
