"""Batches: which recordings go together, what Snakemake is told of their files, what their jobs took."""

import os
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from diarflow.planning.batches import Batch, _times, batch_count, batch_of
from diarflow.report.recording_artifacts import log_of

NAMES = [f"r{number}" for number in range(1000)]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_batches_are_no_larger_than_asked_for_on_average_and_no_more_than_twice_as_many(size):
    count = batch_count(len(NAMES), size)
    assert size / 2 < len(NAMES) / count <= size


def test_batches_are_of_about_one_size():
    sizes = Counter(batch_of(name, 16) for name in NAMES)
    assert len(sizes) == 16 and min(sizes.values()) > 40 and max(sizes.values()) < 85


def test_twice_as_many_batches_are_the_same_ones_each_cut_in_two():
    assert all(batch_of(name, 32) % 16 == batch_of(name, 16) for name in NAMES)


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """A batch of three recordings, all of whose speech is newer than its audio by a second.

    Each came a minute after the one before: a's speech is older than b's audio.
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


def told(batch):
    _times.cache_clear()
    vars(batch).pop("_made_at", None)  # what a plan looks at once
    of = batch.inputs("results/{corpus}/audio/{recording}.wav")
    return [Path(path).stem for path in of(None)]


def test_of_a_batch_that_is_up_to_date_one_file_is_named_and_it_is_older_than_any_result(batch):
    assert told(batch) == ["a"]
    touch("results/c/audio/a.wav", 300)
    touch("results/c/speech/v/a.parquet", 301)
    assert told(batch) == ["b"]


def test_a_file_that_is_newer_than_what_was_made_of_it_is_named(batch):
    touch("results/c/audio/c.wav", 122)
    assert told(batch) == ["c", "a"]


def test_one_of_the_files_that_are_missing_is_named(batch):
    for name in "bc":
        os.remove(f"results/c/audio/{name}.wav")
    assert told(batch) == ["b", "a"]


def test_a_recording_of_which_nothing_was_made_yet_is_left_to_its_missing_results(batch):
    os.remove("results/c/speech/v/c.parquet")
    assert told(batch) == ["a"]


def test_sources_that_other_rules_make_are_all_named_while_they_are_missing(batch):
    sources = {"a": ["results/demo/source/x.wav"], "b": ["results/demo/source/y.wav"], "c": []}
    of = batch.sources(lambda corpus, recording: sources[recording])
    assert of(None) == ["results/demo/source/x.wav", "results/demo/source/y.wav"]


def test_of_simulated_sources_one_is_named_where_jobs_on_the_same_batch_make_them(batch):
    folders = {"a": "c", "b": "c", "c": "other"}
    places = {name: f"results/{folder}/simulated/{name}.wav" for name, folder in folders.items()}
    of = batch.sources(lambda corpus, recording: [places[recording]])
    assert of(None) == [places["a"], places["c"]]


def test_no_two_jobs_are_called_alike_whatever_hyphens_their_names_hold():
    names = [
        Batch("cluster_segments", "batch-1-of-4", ["a"], corpus=corpus, embedding=one, clustering=two).name
        for corpus, one, two in (("ami", "x", "fast-vbx"), ("ami", "x-fast", "vbx"), ("ami-x", "fast", "vbx"))
    ]  # fmt: skip
    assert len(set(names)) == 3 and names[0] == "cluster_segments-ami.x.fast-vbx-1-of-4"


def test_a_file_that_vanishes_while_a_folder_is_read_takes_none_of_the_others_with_it(
    tmp_path, monkeypatch
):
    (tmp_path / "a").touch()
    (tmp_path / ".b").symlink_to("gone")

    class Entry:
        name = ".gone"

        def is_file(self):
            raise FileNotFoundError

    listed = [Entry(), *os.scandir(tmp_path)]
    monkeypatch.setattr(os, "scandir", lambda folder: nullcontext(listed))
    assert _times(str(tmp_path)).keys() == {"a"}


def test_a_variant_that_reads_nothing_has_no_files(batch):
    assert batch.inputs(lambda wildcards: [])(None) == []
    of = batch.inputs(lambda wildcards: f"results/{{corpus}}/{wildcards.speech}/{{recording}}")
    assert of(None) == ["results/c/v/a"]


def test_the_log_of_a_recording_is_its_jobs_last(tmp_path):
    assert log_of(tmp_path / "none", "a") is None
    for name, time in (("a", 1), ("batch-1-of-1", 2)):
        (tmp_path / f"{name}.log").touch()
        os.utime(tmp_path / f"{name}.log", (time, time))
    assert log_of(tmp_path, "a") == tmp_path / "batch-1-of-1.log"
    os.utime(tmp_path / "a.log", (3, 3))
    assert log_of(tmp_path, "a") == tmp_path / "a.log"
