"""Artifacts that are tables: one Parquet file a recording, its columns fixed by its kind."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diarflow.files import written_whole

COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "speech": {"start": pa.float64(), "end": pa.float64()},
    "candidates": {"time": pa.float64(), "score": pa.float64()},
    "changes": {"time": pa.float64(), "score": pa.float64()},
    "overlap": {"start": pa.float64(), "end": pa.float64()},
    "segments": {"start": pa.float64(), "end": pa.float64()},
    "windows": {
        "start": pa.float64(),
        "end": pa.float64(),
        "segment": pa.int64(),
        "chunk": pa.int64(),
        "local": pa.int64(),
    },
    "clusters": {"start": pa.float64(), "end": pa.float64(), "speaker": pa.int64()},
    "turns": {"start": pa.float64(), "end": pa.float64(), "speaker": pa.int64()},
    "training": {
        "corpus": pa.string(),
        "recording": pa.string(),
        "first": pa.int64(),
        "frames": pa.int64(),
        "positive": pa.int64(),
        "validation": pa.bool_(),
    },
    "scores": {
        "corpus": pa.string(),
        "system": pa.string(),
        "recording": pa.string(),
        "protocol": pa.string(),
        "scored_seconds": pa.float64(),
        "reference_seconds": pa.float64(),
        "missed": pa.float64(),
        "false_alarm": pa.float64(),
        "confusion": pa.float64(),
        "overlap_reference_seconds": pa.float64(),
        "overlap_missed": pa.float64(),
        "overlap_false_alarm": pa.float64(),
        "overlap_confusion": pa.float64(),
        "speech_seconds": pa.float64(),
        "vad_missed": pa.float64(),
        "vad_false_alarm": pa.float64(),
        "jer_errors": pa.float64(),
        "jer_speakers": pa.int64(),
        "hypothesis_seconds": pa.float64(),
        "pure_seconds": pa.float64(),
        "covered_seconds": pa.float64(),
        "reference_speakers": pa.int64(),
        "found_speakers": pa.int64(),
        "repairs": pa.int64(),
        "speakers_given": pa.bool_(),
        "set_aside": pa.string(),
        "extent": pa.string(),
    },
}


def write_table(
    path, kind: str, rows: Iterable[tuple] = (), *, facts: Mapping[str, Any] | None = None
) -> None:
    """Write rows, in the order of the columns of `kind`, with `facts` about them in the metadata.

    The same rows give the same bytes.
    """
    columns = COLUMNS[kind]
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    schema = pa.schema(columns.items(), {str(k): str(v) for k, v in (facts or {}).items()})
    arrays = [pa.array(column, type) for column, type in zip(values, columns.values(), strict=True)]
    with written_whole(path) as beside:
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), beside)


def read_table(path) -> dict[str, Any]:
    """Columns by name, as NumPy arrays."""
    table = pq.read_table(path)
    return {name: table[name].to_numpy() for name in table.column_names}


def read_rows(path) -> list[tuple]:
    """Rows as tuples, in the order of the columns."""
    return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]


def read_facts(path) -> dict[str, str]:
    """What the metadata says about the rows."""
    metadata = pq.read_schema(path).metadata or {}
    return {k.decode(): v.decode() for k, v in metadata.items() if not k.startswith(b"ARROW")}


def read_frames(kind: str, paths: Iterable[str]):
    """Tables of one kind below each other, as a pandas DataFrame."""
    import pandas as pd

    empty = pa.schema(COLUMNS[kind].items()).empty_table().to_pandas()
    frames = [pq.read_table(path).replace_schema_metadata(None).to_pandas() for path in paths]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty
