"""Stamps of audio files: compared for difference with the file that was prepared."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from diarflow.digests import digest
from diarflow.planning.source_stamps import _stamps_in, audio_stamps
from diarflow.runs.rows import plan_path, row_line


@pytest.fixture
def audio(tmp_path, monkeypatch):
    """Return a file that has been prepared, with its row."""
    monkeypatch.chdir(tmp_path)
    path = Path("a.wav")
    path.write_bytes(b"first")
    os.utime(path, (1000, 1000))
    prepare(path)
    return path


def prepare(path, **changes):
    """Write the row and the facts of prepared audio that a run writes."""
    digest.cache_clear()
    state = path.stat()
    stamps = audio_stamps("c", "a", str(path))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    source = {"size": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": sha256} | changes
    file = Path("results/c/audio/a.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"source": source}))
    write_row(stamps)


def write_row(stamps):
    line = row_line("a", {"audio": {"stamps": stamps}})
    Path(plan_path("c")).write_bytes(line)
    _stamps_in.cache_clear()


def stamps(path):
    digest.cache_clear()
    return audio_stamps("c", "a", str(path))


FIRST = [[5, 1000 * 10**9]]


def test_the_stamp_is_size_and_time(audio):
    assert stamps(audio) == FIRST


def test_a_new_time_with_the_same_content_keeps_the_stamp(audio):
    for seconds in (2000, 500, 4e9):
        os.utime(audio, (seconds, seconds))
        assert stamps(audio) == FIRST


@pytest.mark.parametrize("seconds", [500, 1000.5, 2000, 4e9])
def test_another_content_of_the_same_size_changes_the_stamp(audio, seconds):
    audio.write_bytes(b"other")
    os.utime(audio, (seconds, seconds))
    assert stamps(audio)[0][:2] == [5, round(seconds * 10**9)]


def test_a_file_that_was_replaced_after_planning_has_a_stamp_of_its_own(audio):
    """The job read another file than the one that was planned, and this one is back."""
    before = stamps(audio)
    prepare(audio, size=9, mtime_ns=1, sha256="f" * 64)
    (replaced,) = stamps(audio)
    assert replaced == [*before[0], "f" * 12]
    write_row([replaced])
    prepare(audio)
    assert stamps(audio) == [replaced]


def test_a_missing_file_and_one_that_is_back_change_the_stamp(audio):
    audio.rename("b.wav")
    assert stamps(audio) == [None]
    write_row([None])
    Path("b.wav").rename(audio)
    assert stamps(audio) == FIRST


def test_the_stamp_in_a_row_file_of_an_earlier_version_is_kept(audio):
    Path(plan_path("c")).unlink()
    Path("results/c/recordings/audio").mkdir(parents=True)
    Path("results/c/recordings/audio/a.json").write_text(json.dumps({"stamps": [[5, 1]]}))
    assert stamps(audio) == [[5, 1]]


@pytest.mark.parametrize("content", [b"", b"[1]", b"\0" * 50, b'{"source": 3}', b'{"source": {}}'])
def test_damaged_facts_count_as_none(audio, content):
    Path("results/c/audio/a.json").write_bytes(content)
    assert stamps(audio) == FIRST
    audio.write_bytes(b"sixsix")
    assert stamps(audio)[0][0] == 6
