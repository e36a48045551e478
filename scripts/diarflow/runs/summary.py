"""Messages of a run on the terminal: error rates, results, and recordings that were set aside."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from diarflow.artifacts.failures import Failure
from diarflow.errors import EXAMPLES, MAX_LENGTH, message_kind, shortened, visible
from diarflow.prefix import prefixed
from diarflow.scoring.names import ALL, COMPLETED

_MAX_LINES = 12  # recordings set aside that are listed
_FAILURES = "results/*/failures"
_SHORT = 80  # names and paths in a message
_MAX_ROWS = 20  # of the table of error rates
_TITLE = "DER in percent under protocol full:"
_COLUMNS = ("corpus", "system", "recordings", "DER", "95 % interval", "missed", "false alarm", "confusion")  # fmt: skip
_KINDS = ("missed", "false_alarm", "confusion")
_TEXT_COLUMNS = 2  # aligned to the left


def der_table(path) -> str:
    """Return the DER of each corpus and system under protocol full as aligned text, and the best system.

    `path` is that of der.csv. Systems with an oracle are left out. If there are more than _MAX_ROWS rows, only those over
    several corpora are shown.
    """
    headlines = _read_headlines(Path(path).with_name("headline.json"))
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = _totals(csv.DictReader(file))
        table = [tuple(_COLUMNS), *(tuple(_cells(row)) for row in rows
                                    if row["system"] not in headlines["oracle_systems"])]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return f"{path}: cannot be read; the next run makes it again"
    if not rows:
        return "no recording has a reference: there are no scores"
    left_out = 0
    if len(table) > _MAX_ROWS:
        over_corpora = [row for row in table[1:] if row[0].startswith(ALL)][:_MAX_ROWS]
        shown = over_corpora or table[1:_MAX_ROWS]
        left_out = len(table) - 1 - len(shown)
        table = [table[0], *shown]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [_TITLE, *(_aligned(row, widths) for row in table)]
    if left_out:
        lines.append(f"{left_out} more rows are in {path}")
    full = [headline for headline in headlines["headlines"] if headline["protocol"] == "full"]
    return "\n".join([*lines, *(line for headline in full for line in headline_lines(headline))])


def _cells(row: Mapping[str, str]) -> Iterator[str]:
    """Yield the cells of a row of der.csv, with two decimals for rates."""
    name = row["system"]
    if row["recording"] == COMPLETED:
        name += " (completed recordings only)"
    yield from (visible(row["corpus"]), visible(name), row["recordings"], _rate(row["der"]))
    low, high = (_rate(row.get(column, "")) for column in ("der_low", "der_high"))
    yield f"{low} to {high}" if low and high else ""
    yield from (_rate(row.get(f"{kind}_percent", "")) for kind in _KINDS)


def _rate(text: str) -> str:
    """Format a rate with two decimals; "" stays "".

    >>> _rate("3.4"), _rate("")
    ('3.40', '')
    """
    return f"{float(text):.2f}" if text else ""


def _read_headlines(path: Path) -> dict[str, Any]:
    """Read headline.json; without headlines if it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for headline in content["headlines"]:
            list(headline_lines(headline))
        return {"headlines": content["headlines"], "oracle_systems": set(content["oracle_systems"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"headlines": [], "oracle_systems": set()}


def headline_lines(headline: Mapping[str, Any]) -> Iterator[str]:
    """Yield the best system with its interval and its margin, and the recording with the most error.

    >>> headline = {"scope": "ami", "system": "best", "der": 12.3, "der_low": 10.1, "der_high": 15.0, "next": None,
    ...             "error_seconds": 30.5, "places": [{"recording": "ES2004c", "share": 39.0}], "protocol": "full"}
    >>> list(headline_lines(headline))
    ['best on ami: best, DER 12.30 % (10.10 to 15.00)', 'most error: 39 % of 30.5 s in ES2004c']
    """
    text = f"best on {visible(headline['scope'])}: {visible(headline['system'])}, DER {headline['der']:.2f} %"
    if headline["der_low"] is not None:
        text += f" ({headline['der_low']:.2f} to {headline['der_high']:.2f})"
    if margin := headline["next"]:
        next_system, difference = visible(margin["system"]), f"{margin['difference']:.2f}"
        if margin["is_clear"] is None:
            text += f"; {difference} lower than {next_system}, a single recording, not tested"
        else:
            verdict = "better than" if margin["is_clear"] else "not clearly better than"
            interval = f"{margin['low']:.2f} to {margin['high']:.2f}"
            text += f"; {verdict} {next_system}, difference {difference} ({interval})"
    yield text
    if headline["places"]:
        place = headline["places"][0]
        name = shortened(visible(place["recording"]), _SHORT)
        yield f"most error: {place['share']:.0f} % of {headline['error_seconds']:.1f} s in {name}"


def _aligned(row: Iterable[str], widths: Iterable[int]) -> str:
    cells = [
        cell.ljust(width) if index < _TEXT_COLUMNS else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _totals(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows ALL under protocol full, each followed by its row COMPLETED if that has fewer recordings."""
    totals: dict[tuple[str, ...], dict[str, dict[str, str]]] = {}
    for row in rows:
        if row["recording"] in (ALL, COMPLETED) and row["protocol"] == "full":
            totals.setdefault((row["corpus"], row["system"]), {})[row["recording"]] = row
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
            lines.append(
                (
                    f"set aside: {more} more at {rule} for a similar reason, see {prefixed(_FAILURES)}",
                    more,
                )
            )
    shown = [line for line, _ in lines[:_MAX_LINES]]
    if more := sum(number for _, number in lines[_MAX_LINES:]):
        shown.append(f"set aside: {more} more, see {prefixed(_FAILURES)}")
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
        end = f" [see {prefixed(_FAILURES)}]"
    room = MAX_LENGTH - len(start) - len(end)
    return visible(start) + _shortened_reason(failure.reason, room) + visible(end)


def _shortened_reason(reason: str, length: int) -> str:
    """Return the lines of a reason as one, or the first line and the number of the others if all are too long.

    >>> _shortened_reason("a.rttm:1: 6 fields\\na.rttm:2: 6 fields\\n... and 4 more of this kind", 40)
    'a.rttm:1: 6 fields; ... and 5 more'
    """
    first, *others = map(visible, reason.split("\n"))
    whole = "; ".join([first, *others])
    if len(whole) <= length or not others:
        return shortened(whole, length)
    counts = (re.fullmatch(r"\.\.\. and (\d+) more( of this kind)?", line) for line in others)
    end = f"; ... and {sum(int(count[1]) if count else 1 for count in counts)} more"
    return shortened(first, length - len(end)) + end


def earlier_failure_lines(failures: Iterable[Failure]) -> list[str]:
    """Return a line with the number of recordings that earlier runs set aside and the first three; none if there are none."""
    names = list(dict.fromkeys(f"{failure.corpus}/{failure.recording}" for failure in failures))
    if not names:
        return []
    shown = ", ".join(shortened(visible(name), _SHORT) for name in names[:EXAMPLES])
    more = ", ..." if len(names) > EXAMPLES else ""
    return [f"set aside so far: {len(names)} ({shown}{more}); reasons are in {prefixed(_FAILURES)}"]


def result_lines(corpora: Iterable[str], *, since: float = 0.0, root="results") -> Iterator[str]:
    """Yield the table of error rates and the report if they were written `since`, and the folders of RTTM."""
    root = prefixed(root)
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
