"""Table of a corpus: expected DER and number of speakers of each recording and system."""

import csv
from collections.abc import Iterable
from typing import Any

from diarflow.artifacts.paths import parse_artifact_path
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.atomic import atomic_write

COLUMNS = (
    "corpus", "system", "recording", "expected_der", "expected_der_low", "expected_der_high", "confidence",
    "speech_seconds", "speakers", "speakers_probability", "failed_rule",
)  # fmt: skip
_NUMBERS = COLUMNS[3:8]


def corpus_rows(paths: Iterable[str]) -> list[dict[str, Any]]:
    """Return a row for each estimate: those without an expected DER first, then by falling DER."""
    rows = []
    for path in paths:
        artifact, content = parse_artifact_path(path), read_sidecar(path)
        if artifact is None:
            raise ValueError(f"{path}: not the path of an artifact")
        count, probability = next(iter(content.get("speakers", {}).items()), (None, None))
        rows.append(
            {"corpus": artifact.corpus, "system": artifact.variant, "recording": artifact.recording}
            | {name: content.get(name) for name in _NUMBERS}
            | {"speakers": count, "speakers_probability": probability}
            | {"failed_rule": content.get("set_aside")}
        )
    return sorted(rows, key=_order)


def _order(row: dict[str, Any]) -> tuple:
    der = row["expected_der"]
    return (der is not None, -(der or 0.0), row["recording"], row["system"])


def write_corpus_table(path, estimates: Iterable[str]) -> None:
    """Write the table of the estimates at these paths as CSV."""
    with (
        atomic_write(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(corpus_rows(estimates))
