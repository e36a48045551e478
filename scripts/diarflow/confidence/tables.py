"""Artifacts of evidence and confidence: tables of pieces, and the JSON file with the estimate of a recording."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from diarflow.artifacts.tables import read_metadata, read_table, write_table
from diarflow.atomic import atomic_write
from diarflow.confidence.estimate import Estimate
from diarflow.confidence.evidence import SOURCES, Evidence
from diarflow.confidence.pieces import Pieces, mean_by_turn

_DECIMALS = 4
_NAMES = [name for columns in SOURCES.values() for name in columns]


class RecordingEvidence(NamedTuple):
    """Evidence of each channel of a recording, and whether its number of speakers was given."""

    channels: list[Evidence]
    is_number_given: bool


def write_evidence(path, channels: Sequence[Evidence], *, is_number_given: bool) -> None:
    """Write the evidence of all channels of a recording: a row for each piece, and the facts as metadata."""
    rows: list[tuple] = []
    for number, evidence in enumerate(channels, 1):
        columns = [_column(evidence, name) for name in _NAMES]
        rows += zip(*_places(evidence.pieces, number), *columns, strict=True)
    facts = [evidence.facts for evidence in channels]
    metadata = {"facts": json.dumps(facts), "number_given": json.dumps(is_number_given)}
    write_table(path, "evidence", rows, metadata=metadata)


def _column(evidence: Evidence, name: str) -> list:
    if name not in evidence.columns:
        return [None] * len(evidence.pieces.start)
    return evidence.columns[name].astype(float).tolist()


def _places(pieces: Pieces, channel: int) -> Iterator[list]:
    """Yield the columns start, end, speaker, channel and turn."""
    yield pieces.start.tolist()
    yield pieces.end.tolist()
    yield [str(pieces.names[speaker]) for speaker in pieces.speaker]
    yield [channel] * len(pieces.start)
    yield pieces.turn.tolist()


def read_evidence(path) -> RecordingEvidence:
    """Read the evidence of all channels of a recording."""
    table, metadata = read_table(path), read_metadata(path)
    channels = []
    for number, facts in enumerate(json.loads(metadata["facts"]), 1):
        rows = table["channel"] == number
        names, speakers = np.unique(table["speaker"][rows].astype(str), return_inverse=True)
        pieces = Pieces(
            table["start"][rows], table["end"][rows], table["turn"][rows], speakers, names.tolist()
        )
        columns = {name: table[name][rows].astype(float) for name in _NAMES}
        present = {
            name: values
            for name, values in columns.items()
            if len(values) and not np.isnan(values).any()
        }
        channels.append(Evidence(pieces, present, facts))
    return RecordingEvidence(channels, json.loads(metadata["number_given"]))


def write_confidence(
    path, channels: Sequence[Evidence], probabilities: Sequence[np.ndarray]
) -> None:
    """Write the confidence of all pieces of a recording, with that of their turn, sorted by time."""
    rows: list[tuple] = []
    for number, (evidence, values) in enumerate(zip(channels, probabilities, strict=True), 1):
        start, end, speaker, channel, turn = _places(evidence.pieces, number)
        of_turn = mean_by_turn(values, evidence.pieces)[evidence.pieces.turn]
        rounded = (array.round(_DECIMALS).tolist() for array in (values, of_turn))
        confidence, turn_confidence = rounded
        rows += zip(start, end, speaker, confidence, channel, turn, turn_confidence, strict=True)
    write_table(path, "confidence", sorted(rows))


def write_estimate(path, estimate: Estimate, system: str) -> None:
    """Write the estimate of a recording as JSON."""
    with atomic_write(path) as temporary:
        content = {"system": system, **estimate.to_json()}
        temporary.write_text(json.dumps(content, indent=1) + "\n")
