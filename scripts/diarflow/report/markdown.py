"""The error rates as a Markdown table, for papers and pull requests."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.atomic import written_whole
from diarflow.digests import versions
from diarflow.scoring.bootstrap import SAMPLES, SEED
from diarflow.scoring.diarization import PROTOCOLS
from diarflow.scoring.names import ALL, COMPLETED

_HEAD = ["corpus", "system", "recordings", "hours", *PROTOCOLS, "JER"]


def write_markdown(
    path, der: pd.DataFrame, content: Mapping[str, Any], *, references: Iterable[str]
) -> None:
    """Write a row for each corpus and system, the DER under each protocol with its interval, and a stamp.

    `content` says what the report is about: see `diarflow.planning.plan.Plan.report`.
    """
    rule = ["---", "---", *["---:"] * (len(_HEAD) - 2)]
    lines = [_line(_HEAD), _line(rule), *_rows(der), "", *_stamp(content, references)]
    with written_whole(path) as beside:
        Path(beside).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(der: pd.DataFrame) -> list[str]:
    """ALL of each corpus and system, and COMPLETED where that is of fewer recordings."""
    found = []
    for (corpus, system), rows in der.groupby(["corpus", "system"], sort=False):
        whole, completed = (
            rows[rows["recording"] == name].set_index("protocol") for name in (ALL, COMPLETED)
        )
        found.append(_row(corpus, system, whole))
        if len(completed) and completed["recordings"].iloc[0] < whole["recordings"].iloc[0]:
            found.append(_row(corpus, f"{system}, completed alone", completed))
    return found


def _row(corpus: str, system: str, rows: pd.DataFrame) -> str:
    full = rows.loc["full"]
    size = [str(full["recordings"]), f"{full['scored_seconds'] / 3600:.2f}"]
    rates = [_rate(rows.loc[protocol]) for protocol in PROTOCOLS]
    return _line([corpus, system, *size, *rates, _number(full["jer"])])


def _rate(row: pd.Series) -> str:
    """A rate with its interval: `12.30 (10.10 to 15.00)`."""
    if pd.isna(row["der_low"]):
        return _number(row["der"])
    return f"{row['der']:.2f} ({row['der_low']:.2f} to {row['der_high']:.2f})"


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.2f}"


def _line(cells: Iterable[str]) -> str:
    """
    >>> _line(["a|b", "c"])
    '| a\\\\|b | c |'
    """
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _stamp(content: Mapping[str, Any], references: Iterable[str]) -> list[str]:
    collar = content["collar_each_side"]
    return [
        "Diarization error rate in percent, sum over sum of all recordings; one that failed has an empty",
        "hypothesis. In brackets 95 % of bootstrap samples of recordings "
        f"({SAMPLES} samples, seed {SEED}).",
        "",
        f"- full: no collar, overlap scored; fair: {collar:g} s left out on each side of every border of the",
        "  reference, overlap scored; forgiving: the same, overlap left out; JER: as in full",
        *(f"- {name}: {_stages(chosen)}" for name, chosen in content["systems"].items()),
        *(f"- references of {corpus}: sha256 {one}" for corpus, one in _digests(references)),
        "- " + ", ".join(f"{name} {one}" for name, one in versions("snakemake", "numpy").items()),
    ]


def _stages(chosen: Mapping[str, Any]) -> str:
    """
    >>> _stages({"speech": "webrtc", "rttm": None, "turns": "join"})
    'speech webrtc, turns join'
    """
    return ", ".join(f"{stage} {variant}" for stage, variant in chosen.items() if variant)


def _digests(references: Iterable[str]) -> list[tuple[str, str]]:
    """A digest for each corpus of its prepared references, `results/{corpus}/reference/{recording}.rttm`."""
    found: dict[str, Any] = {}
    for path in map(Path, sorted(references)):
        digest = found.setdefault(path.parts[-3], hashlib.sha256())
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return [(corpus, digest.hexdigest()[:16]) for corpus, digest in found.items()]
