"""Artifacts that are tables: one Parquet file per recording. The kind of a table determines its columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diarflow.atomic import atomic_write
from diarflow.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

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
        "local_speaker": pa.int64(),
    },
    "clusters": {"start": pa.float64(), "end": pa.float64(), "speaker": pa.int64()},
    "turns": {"start": pa.float64(), "end": pa.float64(), "speaker": pa.int64()},
    "words": {
        "start": pa.float64(),
        "end": pa.float64(),
        "text": pa.string(),
        "sentence": pa.int64(),
        "speaker": pa.string(),
    },
    "evidence": {
        "start": pa.float64(),
        "end": pa.float64(),
        "speaker": pa.string(),
        "channel": pa.int64(),
        "turn": pa.int64(),
        "turn_length": pa.float64(),
        "near_edge": pa.float64(),
        "other_edge": pa.float64(),
        "overlap": pa.float64(),
        "turns_nearby": pa.float64(),
        "talk_share": pa.float64(),
        "speakers": pa.float64(),
        "voice_margin": pa.float64(),
        "voice_fit": pa.float64(),
        "similar_speaker": pa.float64(),
        "speech": pa.float64(),
        "count": pa.float64(),
        "count_spread": pa.float64(),
        "activity": pa.float64(),
        "activity_margin": pa.float64(),
        "agreement": pa.float64(),
        "agreement_on_speech": pa.float64(),
    },
    "confidence": {
        "start": pa.float64(),
        "end": pa.float64(),
        "speaker": pa.string(),
        "confidence": pa.float64(),
        "channel": pa.int64(),
        "turn": pa.int64(),
        "turn_confidence": pa.float64(),
    },
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
        "hypothesis_speakers": pa.int64(),
        "repairs": pa.int64(),
        "speakers_given": pa.bool_(),
        "failed_rule": pa.string(),
        "extent": pa.string(),
    },
}
# columns of earlier versions, and their names today
RENAMED = {
    "local": "local_speaker",
    "found_speakers": "hypothesis_speakers",
    "set_aside": "failed_rule",
}
_NUMBERS = {pa.float64(): np.dtype(np.float64), pa.int64(): np.dtype(np.int64)}


def write_table(
    path, kind: str, rows: Iterable[tuple] = (), *, metadata: Mapping[str, Any] | None = None
) -> None:
    """Write rows, in the order of the columns of `kind`, and `metadata` about them.

    The same rows give the same bytes.
    """
    columns = COLUMNS[kind]
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    schema = pa.schema(columns.items(), {str(k): str(v) for k, v in (metadata or {}).items()})
    arrays = [
        _to_arrow(column, type) for column, type in zip(values, columns.values(), strict=True)
    ]
    with atomic_write(path) as temporary:
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary)


def _to_arrow(values: Sequence, type: pa.DataType) -> pa.Array:
    """Return a column as `pyarrow.array` does, without its import of pandas, which most jobs do not need."""
    dtype = _NUMBERS.get(type)
    if dtype and None not in values:
        numbers = np.asarray(values) if len(values) else np.empty(0, dtype)
        if np.can_cast(numbers.dtype, dtype, "safe"):
            buffers = [None, pa.py_buffer(numbers.astype(dtype))]
            return pa.Array.from_buffers(type, len(numbers), buffers)
    return pa.array(values, type)


def read_table(path) -> dict[str, Any]:
    """Return the columns of a table by name, as NumPy arrays."""
    table = _read(path)
    return {name: _to_numpy(table[name].combine_chunks()) for name in table.column_names}


def _to_numpy(column: pa.Array) -> np.ndarray:
    """Return a column as its `to_numpy` does, without pandas."""
    if column.type in _NUMBERS and not column.null_count:
        return np.from_dlpack(column)
    return column.to_numpy(zero_copy_only=False)


def read_rows(path) -> list[tuple]:
    """Return the rows of a table as tuples, in the order of the columns."""
    return [tuple(row.values()) for row in _read(path).to_pylist()]


def read_metadata(path) -> dict[str, str]:
    """Return the metadata that was written with a table."""
    metadata = pq.read_schema(path).metadata or {}
    return {k.decode(): v.decode() for k, v in metadata.items() if not k.startswith(b"ARROW")}


def read_frames(kind: str, paths: Iterable[str]) -> "pd.DataFrame":
    """Concatenate the rows of tables of one kind into a pandas DataFrame."""
    empty = pa.schema(COLUMNS[kind].items()).empty_table()
    tables = [_read(path).replace_schema_metadata(None) for path in paths]
    return pa.concat_tables([empty, *tables]).to_pandas()


def _read(path) -> pa.Table:
    """Read a table of few rows: without threads, and without the modules that read folders of files."""
    with pq.ParquetFile(path) as file:
        table = file.read(use_threads=False)
    check_column_names(path, table.column_names)
    return table


def check_column_names(path, columns: Iterable[str]) -> None:
    """Raise InputError if the columns of a table include a name of an earlier version."""
    for old in RENAMED.keys() & set(columns):
        raise InputError(
            f"{path}: column {old} has been renamed to {RENAMED[old]}. Delete this file: the next run makes it again."
        )
