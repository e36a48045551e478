"""Artifacts that are tables: one Parquet file a recording, its columns fixed by its kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diarflow.atomic import written_whole

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
_NUMBERS = {pa.float64(): np.dtype(np.float64), pa.int64(): np.dtype(np.int64)}


def write_table(
    path, kind: str, rows: Iterable[tuple] = (), *, facts: Mapping[str, Any] | None = None
) -> None:
    """Write rows, in the order of the columns of `kind`, with `facts` about them in the metadata.

    The same rows give the same bytes.
    """
    columns = COLUMNS[kind]
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    schema = pa.schema(columns.items(), {str(k): str(v) for k, v in (facts or {}).items()})
    arrays = [_array(column, type) for column, type in zip(values, columns.values(), strict=True)]
    with written_whole(path) as beside:
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), beside)


def _array(values: Sequence, type: pa.DataType) -> pa.Array:
    """The values of a column, as pyarrow's own `array` gives them: but that imports pandas, which most jobs need for nothing else."""
    dtype = _NUMBERS.get(type)
    if dtype and None not in values:
        numbers = np.asarray(values) if len(values) else np.empty(0, dtype)
        if np.can_cast(numbers.dtype, dtype, "safe"):
            buffers = [None, pa.py_buffer(numbers.astype(dtype))]
            return pa.Array.from_buffers(type, len(numbers), buffers)
    return pa.array(values, type)


def _read(path) -> pa.Table:
    """A table of a few rows: no threads, and nothing of what would read a folder of files."""
    with pq.ParquetFile(path) as file:
        return file.read(use_threads=False)


def read_table(path) -> dict[str, Any]:
    """Columns by name, as NumPy arrays."""
    table = _read(path)
    return {name: _values(table[name].combine_chunks()) for name in table.column_names}


def _values(column: pa.Array) -> np.ndarray:
    """The same way back: as pyarrow's own `to_numpy` gives them."""
    if column.type in _NUMBERS and not column.null_count:
        return np.from_dlpack(column)
    return column.to_numpy(zero_copy_only=False)


def read_rows(path) -> list[tuple]:
    """Rows as tuples, in the order of the columns."""
    return [tuple(row.values()) for row in _read(path).to_pylist()]


def read_facts(path) -> dict[str, str]:
    """What the metadata says about the rows."""
    metadata = pq.read_schema(path).metadata or {}
    return {k.decode(): v.decode() for k, v in metadata.items() if not k.startswith(b"ARROW")}


def read_frames(kind: str, paths: Iterable[str]):
    """Tables of one kind below each other, as a pandas DataFrame."""
    none = pa.schema(COLUMNS[kind].items()).empty_table()
    tables = [_read(path).replace_schema_metadata(None) for path in paths]
    return pa.concat_tables([none, *tables]).to_pandas()
