"""Shards of a corpus, and the gathering of their results."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessions import open_session, write_corpus

from diarflow.errors import InputError
from diarflow.planning.shards import SHARD_FILE, parse_shard, shard_number
from diarflow.runs.gather import check_shards, gather, read_shard_folder
from diarflow.runs.result_records import FOLDER, JobRecords, merged_records, read_records
from diarflow.runs.rows import iterate_rows, plan_path, row_line


@pytest.fixture(autouse=True)
def folder(planning_folder):
    return planning_folder


@given(st.text(min_size=1), st.integers(1, 1000))
def test_each_recording_is_in_one_shard(id, count):
    assert 1 <= shard_number(id, count) <= count


def test_the_shards_of_a_corpus_are_its_parts():
    corpus = write_corpus(*(f"r{n}" for n in range(12)), calls=["call"])
    parts = []
    for number in (1, 2, 3):
        session = open_session({"corpora": [corpus], "shard": f"{number}/3"})
        parts.append({id for _, id in session.plan.recordings})
    whole = {id for _, id in open_session({"corpora": [corpus]}).plan.recordings}
    assert set.union(*parts) == whole and sum(map(len, parts)) == len(whole)
    two = open_session({"corpora": [corpus], "shard": "1,3/3"})
    assert {id for _, id in two.plan.recordings} == parts[0] | parts[2]
    assert any({"call_ch1", "call_ch2"} <= part for part in parts)


def test_the_rows_of_a_shard_are_those_of_the_whole_corpus():
    """A file of references that several recordings share is not the own file of the one in the shard."""
    corpus = write_corpus(*(f"r{n}" for n in range(4)))
    whole = open_session({"corpora": [corpus]}).plan.recordings
    for number in (1, 2, 3, 4):
        try:
            session = open_session({"corpora": [corpus], "shard": f"{number}/4"})
        except InputError as error:
            assert "has none of the 4 recordings" in str(error)
            continue
        for key, recording in session.plan.recordings.items():
            assert recording.row_parts() == whole[key].row_parts()


@pytest.mark.parametrize("shard", ["4/3", "0/3", "3", "a/b"])
def test_shards_that_do_not_exist_are_refused(shard):
    with pytest.raises(InputError, match=r"shard:? is"):
        open_session({"corpora": [write_corpus("a")], "shard": shard})


def test_a_run_notes_its_shard():
    corpus = write_corpus("a")
    open_session({"corpora": [corpus], "shard": "1/1"}).folder.prepare()
    assert json.loads(SHARD_FILE.read_text())["shard"] == "1/1"
    open_session({"corpora": [corpus]}).folder.prepare()
    assert not SHARD_FILE.exists()


def write_shard_folder(name, shard, ids, version="1", content="x"):
    """Write the folder of a shard with a result and the row of each recording, and the table of a corpus."""
    results = {f"results/c/speech/webrtc/{id}.parquet": "" for id in ids}
    here = Path.cwd()
    Path(name).mkdir()
    os.chdir(name)
    for path in [*results, "results/c/der.csv"]:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(f"{content} {path}")
    Path(plan_path("c")).write_bytes(b"".join(row_line(id, {}) for id in ids))
    JobRecords("logs/c/detect_speech/webrtc/batch-1-of-1.log", "detect_speech").end(results)
    JobRecords("logs/c/report_corpus.log", "report_corpus").end({"results/c/der.csv": ""})
    SHARD_FILE.write_text(json.dumps({"shard": shard, "version": version}))
    os.chdir(here)
    return Path(name).absolute()


def read(*folders):
    return [read_shard_folder(folder) for folder in folders]


def test_results_of_shards_come_together():
    folders = read(write_shard_folder("s1", "1/2", "ab"), write_shard_folder("s2", "2/2", "c"))
    assert check_shards(folders) == (set(), [])
    Path("all").mkdir()
    assert gather(folders, Path("all")) == {"new": 3, "unchanged": 0, "damaged": 0, "missing": 0}
    found = sorted(path.name for path in Path("all/results/c").rglob("*") if path.is_file())
    assert found == ["a.parquet", "b.parquet", "c.parquet", "plan.jsonl"]
    assert [id for id, _ in iterate_rows("all/results/c/plan.jsonl")] == ["a", "b", "c"]
    records, _ = merged_records(Path("all") / FOLDER)
    for path, record in records.items():
        assert (Path("all") / path).stat().st_mtime_ns == record.mtime_ns
    assert len({record.job for record in records.values()}) == 2  # the jobs of both have one log
    assert gather(folders, Path("all"))["unchanged"] == 3


def test_later_results_of_a_shard_replace_earlier_ones():
    folder = write_shard_folder("s1", "1/1", "a")
    Path("all").mkdir()
    gather(read(folder), Path("all"))
    (folder / "results/c/failures/detect_speech/webrtc").mkdir(parents=True)
    for path in (folder / "results/c/speech/webrtc").iterdir():
        path.unlink()
    assert gather(read(folder), Path("all"))["missing"] == 1
    [records] = (Path("all") / FOLDER / "new").glob("*.tsv")
    assert read_records(records) == {}


def test_of_results_that_were_removed_after_their_last_use_only_the_records_come():
    folder = write_shard_folder("s1", "1/1", "ab")
    (folder / "results/c/speech/webrtc/a.parquet").unlink()
    content = {"shard": "1/1", "version": "1", "removed": ["speech"]}
    (folder / SHARD_FILE).write_text(json.dumps(content))
    Path("all").mkdir()
    counts = gather(read(folder), Path("all"))
    assert counts == {"new": 1, "unchanged": 0, "damaged": 0, "missing": 0, "removed": 1}
    assert {Path(path).stem for path in merged_records(Path("all") / FOLDER)[0]} == {"a", "b"}
    assert not Path("all/results/c/speech/webrtc/a.parquet").exists()


def test_damaged_results_are_left_out():
    folder = write_shard_folder("s1", "1/1", "ab")
    (folder / "results/c/speech/webrtc/a.parquet").write_text("y results/c/speech/webrtc/a.parquet")
    Path("all").mkdir()
    assert gather(read(folder), Path("all")) == {"new": 1, "unchanged": 0, "damaged": 1, "missing": 0}  # fmt: skip


def test_missing_and_repeated_shards():
    folders = read(write_shard_folder("s1", "1,2/4", "a"), write_shard_folder("again", "2/4", "a"))
    missing, warnings = check_shards(folders)
    assert missing == {3, 4}
    assert warnings == ["1 shard in several folders, with the same results: 2"]


@pytest.mark.parametrize(
    ("shard", "keys", "message"),
    [
        ("2/3", {}, "is one of 3 shards, but .* is one of 2"),
        ("2/2", {"version": "2"}, "version 2 of diarflow made it, but version 1"),
        ("1/2", {"content": "y"}, "1 result of shards that lie in several folders differ"),
    ],
)
def test_folders_that_do_not_fit_together_are_refused(shard, keys, message):
    folders = read(
        write_shard_folder("s1", "1/2", "a"), write_shard_folder("s2", shard, "a", **keys)
    )
    with pytest.raises(InputError) as error:
        check_shards(folders)
    assert re.search(message, str(error.value))


def test_other_folders_are_refused():
    Path("other").mkdir()
    with pytest.raises(InputError, match="is not the folder of a shard"):
        read_shard_folder(Path("other"))


def test_parts_of_several_shards():
    assert parse_shard("1,3/10").numbers == {1, 3}
