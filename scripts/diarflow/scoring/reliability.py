"""Comparison of confidences with references: right seconds of each piece, and the reliability of turns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from diarflow.artifacts.placeholders import failed_rule
from diarflow.confidence.turn_evidence import covered_share
from diarflow.scoring.mapping import optimal_mapping
from diarflow.scoring.prepared_reference import PreparedReference, read_prepared_reference
from diarflow.timeline.intervals import Turn

BINS = 10


def correct_seconds(
    corpus: Path, recording: str, table: Mapping[str, np.ndarray]
) -> np.ndarray | None:
    """Return the seconds of each piece in which its speaker is active by the reference of a recording.

    None if the reference was set aside. Pieces outside the scored extent count as right.
    """
    paths = [corpus / "reference" / f"{recording}{ending}" for ending in (".rttm", ".uem", ".json")]
    if not paths[0].is_file() or failed_rule(paths[0]):
        return None
    reference = read_prepared_reference(paths[0], paths[1], paths[2], recording)
    speakers = table["speaker"].astype(str)
    turns = [
        Turn(start, end, speaker)
        for start, end, speaker in zip(table["start"], table["end"], speakers, strict=True)
    ]
    inside, correct = correct_shares(turns, speakers, reference)
    return (table["end"] - table["start"]) * (1 - inside + inside * correct)


def correct_shares(
    pieces: Sequence[Turn], speakers: np.ndarray, reference: PreparedReference
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of each piece inside the scored extent, and that in which its speaker is active by the reference.

    `speakers` (pieces,) are the names of the pieces' speakers. They are mapped to those of the reference as for scoring.
    """
    start, end = (np.array([piece[index] for piece in pieces]) for index in (0, 1))
    extent = reference.scored_extent(pieces)
    mapping = optimal_mapping(reference.turns, pieces, extent)
    correct = np.zeros(len(pieces))
    for speaker in set(speakers.tolist()):
        rows = np.flatnonzero(speakers == speaker)
        mapped = [turn for turn in reference.turns if turn.speaker == mapping.get(speaker)]
        correct[rows] = _share(mapped, start[rows], end[rows])
    return _share(extent, start, end), correct


def _share(intervals: Sequence[Any], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    times = np.array([interval[:2] for interval in intervals]).reshape(-1, 2)
    return covered_share(times[:, 0], times[:, 1], start, end)


def reliability(
    recordings: Sequence[tuple[Mapping[str, np.ndarray], np.ndarray, np.ndarray]],
) -> tuple[list[dict[str, float]], float]:
    """Return the bins of the turns by confidence, and the expected calibration error (Naeini et al. 2015).

    `recordings` are tables of pieces, their seconds and their right seconds. Each turn counts the same.

    >>> table = {"channel": np.array([1, 1]), "turn": np.array([0, 1]), "turn_confidence": np.array([0.95, 0.85])}
    >>> bins, error = reliability([(table, np.array([2.0, 2.0]), np.array([2.0, 1.0]))])
    >>> [(part["turns"], round(part["confidence"], 2), part["correct"]) for part in bins], round(error, 2)
    ([(1, 0.85, 0.5), (1, 0.95, 1.0)], 0.2)
    """
    confidence, correct = [], []
    for table, seconds, right in recordings:
        keys = np.stack([table["channel"], table["turn"]], axis=1)
        _, first, turn = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        turn = turn.reshape(-1)
        confidence.append(table["turn_confidence"][first])
        correct.append(np.bincount(turn, weights=right) / np.bincount(turn, weights=seconds))
    values, shares = np.concatenate(confidence), np.concatenate(correct)
    number = np.minimum((values * BINS).astype(int), BINS - 1)
    bins = [
        {
            "turns": int((number == index).sum()),
            "confidence": float(values[number == index].mean()),
            "correct": float(shares[number == index].mean()),
        }
        for index in range(BINS)
        if (number == index).any()
    ]
    gaps = sum(part["turns"] * abs(part["confidence"] - part["correct"]) for part in bins)
    return bins, float(gaps / max(1, len(values)))
