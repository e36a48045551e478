"""What is changed of Python and Snakemake to plan many files faster."""

import gc
import json
from functools import lru_cache

import pytest
from snakemake.persistence.file import FilePersistence

from diarflow.haste import KEPT, hasten


@pytest.fixture(autouse=True)
def as_before():
    threshold, read = gc.get_threshold(), FilePersistence._read_record_cached
    yield
    gc.set_threshold(*threshold)
    FilePersistence._read_record_cached = read


def test_the_records_of_a_large_batch_are_read_once_however_often_they_are_looked_at(
    tmp_path, monkeypatch
):
    hasten()
    monkeypatch.setattr(json, "load", counted := Counted(json.load))
    records = FilePersistence(path=tmp_path / ".snakemake")
    names = [f"results/c/audio/r{number}.wav" for number in range(300)]
    for name in names:
        records._io_write(records._metadata_path, {"rule": "prepare_audio"}, name)
    for _ in range(4):
        assert {records._read_record(name).rule for name in names} == {"prepare_audio"}
    assert counted.calls == 300


def test_a_snakemake_that_keeps_more_or_reads_otherwise_is_left_alone(monkeypatch):
    larger = lru_cache(2 * KEPT)(lambda self, key: None)
    for other in (larger, lru_cache(None)(larger.__wrapped__), larger.__wrapped__):
        monkeypatch.setattr(FilePersistence, "_read_record_cached", other)
        hasten()
        assert FilePersistence._read_record_cached is other


class Counted:
    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)
