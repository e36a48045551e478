"""Batches: their recordings, and the inputs that their rules declare."""

import os
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from diarflow.batch_labels import batch_count, batch_index
from diarflow.planning.batches import Batch
from diarflow.planning.file_states import file_state, scan_again

NAMES = [f"r{number}" for number in range(1000)]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_mean_batch_is_at_most_the_requested_size_and_more_than_half_of_it(size):
    count = batch_count(len(NAMES), size)
    assert size / 2 < len(NAMES) / count <= size


def test_batches_are_of_similar_size():
    sizes = Counter(batch_index(name, 16) for name in NAMES)
    assert len(sizes) == 16 and min(sizes.values()) > 40 and max(sizes.values()) < 85


def test_with_twice_as_many_batches_each_is_split_in_two():
    assert all(batch_index(name, 32) % 16 == batch_index(name, 16) for name in NAMES)


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """Return a batch of three recordings whose speech is a second newer than their audio.

    Each recording is a minute newer than the one before: the speech of a is older than the audio of b.
    """
    monkeypatch.chdir(tmp_path)
    batch = Batch("detect_speech", "batch-1-of-1", ["a", "b", "c"], corpus="c", speech="v")
    batch.outputs("results/{corpus}/speech/{speech}/{recording}.parquet")
    for minute, name in enumerate("abc"):
        touch(f"results/c/audio/{name}.wav", 60 * minute)
        touch(f"results/c/speech/v/{name}.parquet", 60 * minute + 1)
    return batch


def touch(path, seconds):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).touch()
    os.utime(path, (1e9 + seconds, 1e9 + seconds))


def declared(batch):
    scan_again()
    vars(batch).pop("output_times", None)  # cached for a plan
    files = batch.inputs("results/{corpus}/audio/{recording}.wav")
    return [Path(path).stem for path in files(None)]


def test_a_batch_that_is_up_to_date_declares_one_file_older_than_all_outputs(batch):
    assert declared(batch) == ["a"]
    touch("results/c/audio/a.wav", 300)
    touch("results/c/speech/v/a.parquet", 301)
    assert declared(batch) == ["b"]


def test_a_file_newer_than_its_output_is_declared(batch):
    touch("results/c/audio/c.wav", 122)
    assert declared(batch) == ["c", "a"]


def test_one_of_the_missing_files_is_declared(batch):
    for name in "bc":
        os.remove(f"results/c/audio/{name}.wav")
    assert declared(batch) == ["b", "a"]


def test_a_recording_without_outputs_adds_no_input(batch):
    os.remove("results/c/speech/v/c.parquet")
    assert declared(batch) == ["a"]


def test_all_missing_sources_of_other_rules_are_declared(batch):
    sources = {"a": ["results/demo/source/x.wav"], "b": ["results/demo/source/y.wav"], "c": []}
    files = batch.sources(lambda corpus, recording: sources[recording])
    assert files(None) == ["results/demo/source/x.wav", "results/demo/source/y.wav"]


def test_one_missing_simulated_source_is_declared_for_a_batch(batch):
    folders = {"a": "c", "b": "c", "c": "other"}
    places = {name: f"results/{folder}/simulated/{name}.wav" for name, folder in folders.items()}
    files = batch.sources(lambda corpus, recording: [places[recording]])
    assert files(None) == [places["a"], places["c"]]


def test_job_names_are_unique_with_hyphens_in_names():
    names = [
        Batch("cluster_segments", "batch-1-of-4", ["a"], corpus=corpus, embedding=embedding, clustering=clustering).name
        for corpus, embedding, clustering in (("ami", "x", "fast-vbx"), ("ami", "x-fast", "vbx"), ("ami-x", "fast", "vbx"))
    ]  # fmt: skip
    assert len(set(names)) == 3 and names[0] == "cluster_segments-ami.x.fast-vbx-1-of-4"


def test_a_file_that_vanishes_while_its_folder_is_listed_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "a").touch()
    (tmp_path / ".b").symlink_to("gone")

    class Entry:
        name = ".gone"

        def stat(self):
            raise FileNotFoundError

    listed = [Entry(), *os.scandir(tmp_path)]
    monkeypatch.setattr(os, "scandir", lambda folder: nullcontext(listed))
    scan_again()
    assert file_state(f"{tmp_path}/a") and not file_state(f"{tmp_path}/.gone")


def test_a_variant_that_reads_no_file_declares_none(batch):
    assert batch.inputs(lambda wildcards: None)(None) == []
    files = batch.inputs(lambda wildcards: f"results/{{corpus}}/{wildcards.speech}/{{recording}}")
    assert files(None) == ["results/c/v/a"]
