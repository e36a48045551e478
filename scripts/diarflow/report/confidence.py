"""Section of the front page on confidence: what to review first, and how the confidences compare with the references."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.artifacts.tables import read_table
from diarflow.scoring.reliability import BINS, correct_seconds, reliability

REVIEWED = 0.05  # share of the speech whose review the section describes
_MOST_RECORDINGS = 30
_MOST_SEGMENTS = 50
_GAP = 1.0  # seconds between pieces that are reviewed together


def confidence_section(content: Mapping[str, Any], results="results") -> dict[str, Any]:
    """Return for each system with confidences what is expected of a review, its least certain recordings and segments.

    The section has no systems if no confidence was estimated.
    """
    systems = []
    for system in content["systems"]:
        entries = [
            entry
            for entry in content["recordings"]
            if system in content.get("confidence", {}).get(entry["corpus"], ())
        ]
        if rows := [row for entry in entries if (row := _recording(entry, system, Path(results)))]:
            systems.append({"system": system, **_review(rows)})
    choices = [
        {"system": system, **_choices(content, system, Path(results))}
        for system, settings in content["systems"].items()
        if settings.get("choose")
    ]
    return {"systems": systems, "choices": choices, "reviewed": round(100 * REVIEWED)}


def _choices(content: Mapping[str, Any], system: str, results: Path) -> dict[str, Any]:
    """Return the chosen system of each recording with all expected DERs, and how many times each was chosen."""
    rows = []
    for entry in content["recordings"]:
        path = results / entry["corpus"] / "rttm" / system / f"{entry['recording']}.json"
        facts = read_sidecar(path) if system in entry["systems"] else {}
        if "chosen" in facts:
            rows.append({**entry, "chosen": facts["chosen"], "expected": facts["expected_der"]})
    return {"rows": rows, "counts": Counter(row["chosen"] for row in rows).most_common()}


def _recording(entry: Mapping[str, Any], system: str, results: Path) -> dict[str, Any] | None:
    """Return the pieces and the estimate of a recording; None if it was set aside or has no turns."""
    corpus, recording = entry["corpus"], entry["recording"]
    path = results / corpus / "confidence" / system / f"{recording}.parquet"
    estimate = read_sidecar(path.with_suffix(".json"))
    if not path.is_file() or failed_rule(path) or estimate.get("expected_der") is None:
        return None
    table = read_table(path)
    has_reference = entry["reference"] and len(entry.get("channels", [recording])) == 1
    correct = correct_seconds(results / corpus, recording, table) if has_reference else None
    return {
        "corpus": corpus, "recording": recording, "title": entry["title"], **estimate,
        "table": table, "seconds": table["end"] - table["start"], "correct": correct,
    }  # fmt: skip


def _review(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    confidence = np.concatenate([row["table"]["confidence"] for row in rows])
    seconds = np.concatenate([row["seconds"] for row in rows])
    threshold = least_certain_threshold(confidence, seconds, REVIEWED)
    expected = seconds * (1 - confidence)
    is_chosen = confidence <= threshold
    segments = sorted(
        (segment for row in rows for segment in _segments(row, threshold)),
        key=lambda segment: -segment["wrong"],
    )
    ranked = sorted(rows, key=lambda row: (-row["expected_der"], row["corpus"], row["recording"]))
    scored = [row for row in rows if row["correct"] is not None]
    return {
        "minutes": float(seconds[is_chosen].sum() / 60),
        "covered": float(100 * expected[is_chosen].sum() / max(expected.sum(), 1e-9)),
        "measured": _measured(scored, threshold),
        "recordings": [_without_arrays(row) for row in ranked[:_MOST_RECORDINGS]],
        "more_recordings": max(0, len(ranked) - _MOST_RECORDINGS),
        "segments": segments[:_MOST_SEGMENTS],
        "reliability": _reliability(scored),
    }


def least_certain_threshold(confidence: np.ndarray, seconds: np.ndarray, share: float) -> float:
    """Return the confidence up to which pieces are at most this share of the speech.

    >>> least_certain_threshold(np.array([0.9, 0.2, 0.5]), np.array([2.0, 1.0, 1.0]), 0.5)
    0.5
    """
    order = np.argsort(confidence, kind="stable")
    within = np.cumsum(seconds[order]) <= share * seconds.sum() + 1e-9
    return float(confidence[order][within][-1]) if within.any() else float(confidence[order][0])


def _segments(row: Mapping[str, Any], threshold: float) -> Iterator[dict[str, Any]]:
    """Yield the stretches of a speaker's pieces up to the threshold, with pauses of up to 1 s."""
    table = row["table"]
    rows = np.flatnonzero(table["confidence"] <= threshold)
    order = rows[np.lexsort((table["start"][rows], table["speaker"][rows].astype(str)))]
    if not len(order):
        return
    start, end, speaker = (table[name][order] for name in ("start", "end", "speaker"))
    breaks = np.flatnonzero((speaker[1:] != speaker[:-1]) | (start[1:] - end[:-1] > _GAP)) + 1
    wrong = row["seconds"][order] * (1 - table["confidence"][order])
    for part in np.split(np.arange(len(order)), breaks):
        seconds = float(row["seconds"][order][part].sum())
        yield {
            "corpus": row["corpus"], "recording": row["recording"], "title": row["title"],
            "speaker": str(speaker[part[0]]), "start": float(start[part[0]]), "end": float(end[part[-1]]),
            "confidence": 1 - float(wrong[part].sum()) / seconds, "wrong": float(wrong[part].sum()),
        }  # fmt: skip


def _measured(scored: Sequence[Mapping[str, Any]], threshold: float) -> float | None:
    """Return the percentage of the wrong labels, by the references, that a review finds; None without any."""
    wrong = [row["seconds"] - row["correct"] for row in scored]
    total = sum(float(part.sum()) for part in wrong)
    if not total:
        return None
    chosen = sum(
        float(part[row["table"]["confidence"] <= threshold].sum())
        for part, row in zip(wrong, scored, strict=True)
    )
    return 100 * chosen / total


def _reliability(scored: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return mean confidence and share of right labels of the turns in each bin, and the calibration error."""
    if not scored:
        return None
    bins, error = reliability(
        [(row["table"], row["seconds"], row["correct"]) for row in scored]
    )  # fmt: skip
    return {"bins": bins, "error": error, "count": BINS}


def _without_arrays(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("table", "seconds", "correct")}
