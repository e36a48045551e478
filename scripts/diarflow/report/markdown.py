"""Error rates as a Markdown table, `der.md`, for papers and pull requests."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.atomic import atomic_write
from diarflow.digests import versions
from diarflow.scoring.bootstrap import SAMPLES, SEED
from diarflow.scoring.names import ALL, COMPLETED, PROTOCOLS

_HEADER = ["corpus", "system", "recordings", "hours", *PROTOCOLS, "JER"]


def write_markdown(
    path, der: pd.DataFrame, content: Mapping[str, Any], *, references: Iterable[str]
) -> None:
    """Write the DER of each corpus and system under each protocol, followed by conventions and provenance.

    `content` gives the collar and the systems: see `diarflow.planning.report_content.report_content`.
    `references` are the paths of the prepared references, see `reference_paths`.
    """
    alignment = ["---", "---", *["---:"] * (len(_HEADER) - 2)]
    lines = [
        _line(_HEADER), _line(alignment), *_rows(der), "", *_explanation(content, references),
    ]  # fmt: skip
    with atomic_write(path) as temporary:
        Path(temporary).write_text("\n".join(lines) + "\n", encoding="utf-8")


def reference_paths(content: Mapping[str, Any]) -> list[str]:
    """Return the paths of the prepared references of all recordings that systems are scored on.

    >>> recording = {"corpus": "ami", "recording": "ES2003a", "reference": True, "systems": ["best"]}
    >>> reference_paths({"recordings": [recording, recording | {"reference": False}]})
    ['results/ami/reference/ES2003a.rttm']
    """
    return [
        f"results/{entry['corpus']}/reference/{id}.rttm"
        for entry in content["recordings"]
        if entry["reference"] and entry["systems"]
        for id in entry.get("channels") or [entry["recording"]]
    ]


def _rows(der: pd.DataFrame) -> list[str]:
    """Return a row for all recordings of each corpus and system, and one for the completed recordings if some failed."""
    lines = []
    for (corpus, system), rows in der.groupby(["corpus", "system"], sort=False):
        everything, completed = (
            rows[rows["recording"] == name].set_index("protocol") for name in (ALL, COMPLETED)
        )
        lines.append(_row(corpus, system, everything))
        if len(completed) and completed["recordings"].iloc[0] < everything["recordings"].iloc[0]:
            lines.append(_row(corpus, f"{system}, completed recordings only", completed))
    return lines


def _row(corpus: str, system: str, rows: pd.DataFrame) -> str:
    full = rows.loc["full"]
    size = [str(full["recordings"]), f"{full['scored_seconds'] / 3600:.2f}"]
    rates = [_rate(rows.loc[protocol]) for protocol in PROTOCOLS]
    return _line([corpus, system, *size, *rates, _number(full["jer"])])


def _rate(row: pd.Series) -> str:
    """Format the DER with its interval: `12.30 (10.10 to 15.00)`."""
    if pd.isna(row["der_low"]):
        return _number(row["der"])
    return f"{row['der']:.2f} ({row['der_low']:.2f} to {row['der_high']:.2f})"


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.2f}"


def _line(cells: Iterable[str]) -> str:
    """Return a line of a Markdown table.

    >>> _line(["a|b", "c"])
    '| a\\\\|b | c |'
    """
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _explanation(content: Mapping[str, Any], references: Iterable[str]) -> list[str]:
    collar = content["collar_each_side"]
    return [
        "Diarization error rate in percent: errors of all recordings over reference speech of all recordings.",
        "A recording that was set aside counts with an empty hypothesis.",
        f"In parentheses: 95 % bootstrap interval over recordings ({SAMPLES} samples, seed {SEED}).",
        "",
        f"- full: no collar, overlap scored; fair: collar of {collar:g} s left out on each side of every reference boundary,",
        "  overlap scored; forgiving: the same collar, overlap not scored; JER: under protocol full",
        *(f"- {name}: {_stages(system)}" for name, system in content["systems"].items()),
        *(f"- references of {corpus}: sha256 {text}" for corpus, text in _digests(references)),
        "- " + ", ".join(f"{name} {text}" for name, text in versions("snakemake", "numpy").items()),
    ]


def _stages(system: Mapping[str, Any]) -> str:
    """List the stages of a system.

    >>> _stages({"speech": "webrtc", "rttm": None, "turns": "join"})
    'speech webrtc, turns join'
    """
    return ", ".join(f"{stage} {variant}" for stage, variant in system.items() if variant)


def _digests(references: Iterable[str]) -> list[tuple[str, str]]:
    """Return each corpus with the start of a SHA-256 over its references."""
    by_corpus: dict[str, Any] = {}
    for path in map(Path, sorted(references)):
        joint = by_corpus.setdefault(path.parts[-3], hashlib.sha256())
        # a reference that is missing or damaged has set its recording aside
        joint.update(f"{path.name}\n".encode() + (path.read_bytes() if path.is_file() else b""))
    return [(corpus, joint.hexdigest()[:16]) for corpus, joint in by_corpus.items()]
