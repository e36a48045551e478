"""Files of the recordings of a job."""

import pytest

from diarflow.runs.items import files_of, in_place


def test_each_recording_of_a_batch_has_its_own_files():
    files = {"audio": ["results/c/audio/a.wav"], "model": ["models/a.onnx"]}
    for recording in "abc":
        own = files_of(recording, files, {"a", "b", "c"})
        assert (own.audio, own.model) == (f"results/c/audio/{recording}.wav", "models/a.onnx")


@pytest.mark.parametrize("folder", ["", ".snakemake/diarflow-x1/", "/run/.snakemake/diarflow-x1/"])
def test_a_plan_file_that_waited_in_a_scratch_folder_is_read_in_its_place(folder):
    assert in_place(f"{folder}results/c/plan.jsonl") == "results/c/plan.jsonl"
