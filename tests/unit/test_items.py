"""Files of the recordings of a job."""

import pytest

from diarflow.runs.items import files_of

ROWS = "results/c/recordings/audio/"


@pytest.mark.parametrize("folder", ["", ".snakemake/diarflow-x1/", "/run/.snakemake/diarflow-x1/"])
def test_each_recording_of_a_batch_has_its_own_row_also_if_rows_waited_in_a_scratch_folder(folder):
    files = {"row": [f"{folder}{ROWS}a.json", f"{ROWS}b.json"], "model": ["models/a.onnx"]}
    for recording in "abc":
        own = files_of(recording, files, {"a", "b", "c"})
        assert (own.row, own.model) == (f"{ROWS}{recording}.json", "models/a.onnx")
