"""Tables have the bytes and values of pyarrow's own conversions, which import pandas. `tables.py` does not."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.artifacts import tables
from diarflow.artifacts.tables import COLUMNS, read_frames, read_rows, read_table, write_table
from diarflow.errors import InputError

NUMBERS = st.floats() | st.integers(-(2**40), 2**40) | st.floats().map(np.float64)
INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9).map(np.int64)


@given(st.lists(st.tuples(NUMBERS | st.none(), NUMBERS, INTEGERS, INTEGERS | st.none(), INTEGERS)))
def test_a_table_has_the_bytes_and_values_of_pyarrow(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("tables")
    ours, reference = folder / "ours", folder / "reference"
    write_table(ours, "windows", rows)
    schema = pa.schema(COLUMNS["windows"].items(), {})
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, type) for column, type in zip(columns, schema.types, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), reference)
    assert ours.read_bytes() == reference.read_bytes()
    expected = pq.read_table(reference)
    for name, values in read_table(ours).items():
        np.testing.assert_array_equal(values, expected[name].to_numpy(), strict=True)


def test_text_and_missing_values_are_read_as_they_were_written(tmp_path):
    row = dict.fromkeys(COLUMNS["scores"], 1) | {
        "corpus": "c", "system": "s", "recording": "é", "protocol": "full", "speakers_given": True,
        "failed_rule": None, "extent": "uem",
    }  # fmt: skip
    write_table(tmp_path / "one-row", "scores", [tuple(row.values())])
    write_table(tmp_path / "empty", "scores", [])
    assert read_rows(tmp_path / "one-row") == [tuple(row.values())]
    frame = read_frames("scores", [tmp_path / name for name in ("empty", "one-row", "one-row")])
    assert frame["recording"].tolist() == ["é", "é"] and frame["jer_speakers"].dtype == np.int64
    assert read_frames("scores", []).columns.tolist() == list(COLUMNS["scores"])


@pytest.mark.parametrize("old", ["local", "found_speakers", "set_aside"])
@pytest.mark.parametrize(
    "read", [read_rows, read_table, lambda path: read_frames("scores", [path])]
)
def test_an_old_column_name_is_an_error_with_the_new_name(tmp_path, read, old):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"start": [0.0], old: [1]}), path)
    with pytest.raises(InputError) as error:
        read(path)
    assert re.fullmatch(
        rf"\S+a.parquet: column {old} has been renamed to {tables.RENAMED[old]}. "
        "Delete this file: the next run makes it again.",
        str(error.value),
    )


@pytest.mark.parametrize("rows", ["[]", "[(0.5, 1.5, 0)]"])
def test_numbers_are_written_and_read_without_pandas(tmp_path, rows):
    program = (
        "import sys; from diarflow.artifacts.tables import *;"
        f"write_table('t', 'clusters', {rows}); read_rows('t'); read_table('t'); read_metadata('t');"
        "assert 'pandas' not in sys.modules"
    )
    scripts = Path(tables.__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, check=True, env={"PYTHONPATH": str(scripts)}
    )
