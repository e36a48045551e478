"""Table of the turns of a recording with the speaker and the person of each."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from diarflow.atomic import atomic_write

_SCHEMA = pa.schema(
    {
        "start": pa.float64(),
        "end": pa.float64(),
        "speaker": pa.string(),
        "person": pa.string(),
        "channel": pa.int64(),
    }
)


def write_people_turns(
    path, rows: Iterable[tuple[float, float, str, str, int]] = (), *, failed_rule: str | None = None
) -> None:
    """Write turns with start, end, speaker, person and channel, from 1; or the placeholder after a failed rule."""
    schema = _SCHEMA.with_metadata({"set_aside": failed_rule} if failed_rule else None)
    named = [dict(zip(_SCHEMA.names, row, strict=True)) for row in rows]
    with atomic_write(path) as temporary:
        pq.write_table(pa.Table.from_pylist(named, schema=schema), temporary)
