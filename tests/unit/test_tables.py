"""Tables are written and read as pyarrow's own conversions would, without the pandas that those import."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.artifacts import tables
from diarflow.artifacts.tables import COLUMNS, read_frames, read_rows, read_table, write_table

NUMBERS = st.floats() | st.integers(-(2**40), 2**40) | st.floats().map(np.float64)
WHOLE = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9).map(np.int64)


@settings(deadline=None)  # pandas is imported when it is needed first
@given(st.lists(st.tuples(NUMBERS | st.none(), NUMBERS, WHOLE, WHOLE | st.none(), WHOLE)))
def test_a_table_is_the_one_that_pyarrow_would_make(tmp_path_factory, rows):
    ours, theirs = (tmp_path_factory.mktemp("tables") / name for name in ("ours", "theirs"))
    write_table(ours, "windows", rows)
    schema = pa.schema(COLUMNS["windows"].items(), {})
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(one, kind) for one, kind in zip(columns, schema.types, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), theirs)
    assert ours.read_bytes() == theirs.read_bytes()
    expected = pq.read_table(theirs)
    for name, values in read_table(ours).items():
        np.testing.assert_array_equal(values, expected[name].to_numpy(), strict=True)


def test_text_and_what_is_missing_come_back_as_they_were(tmp_path):
    row = dict.fromkeys(COLUMNS["scores"], 1) | {
        "corpus": "c", "system": "s", "recording": "é", "protocol": "full", "speakers_given": True,
        "set_aside": None, "extent": "uem",
    }  # fmt: skip
    for name in ("a", "b"):
        write_table(tmp_path / name, "scores", [tuple(row.values())] if name == "a" else [])
    assert read_rows(tmp_path / "a") == [tuple(row.values())]
    found = read_frames("scores", [tmp_path / "b", tmp_path / "a", tmp_path / "a"])
    assert found["recording"].tolist() == ["é", "é"] and found["jer_speakers"].dtype == np.int64
    assert read_frames("scores", []).columns.tolist() == list(COLUMNS["scores"])


@pytest.mark.parametrize("rows", ["[]", "[(0.5, 1.5, 0)]"])
def test_numbers_are_written_and_read_without_pandas(tmp_path, rows):
    program = (
        "import sys; from diarflow.artifacts.tables import *;"
        f"write_table('t', 'clusters', {rows}); read_rows('t'); read_table('t'); read_facts('t');"
        "assert 'pandas' not in sys.modules"
    )
    scripts = Path(tables.__file__).parents[1]
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, check=True, env={"PYTHONPATH": str(scripts)}
    )
