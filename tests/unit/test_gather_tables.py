"""Tables of the scores of shards, without a plan of the recordings."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from diarflow.artifacts.tables import COLUMNS, write_table
from diarflow.errors import InputError
from diarflow.planning.shards import SHARD_FILE
from diarflow.runs.gather_tables import gather_tables
from diarflow.runs.result_records import FOLDER, JobRecords
from diarflow.scoring.totals import read_csv


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_shard(name, shard, missed, origin="", earlier=()):
    """Write the folder of a shard; `missed` are the seconds that system `s` misses of 10 in each recording.

    The recordings `earlier` have scores of an earlier run.
    """
    here = Path.cwd()
    Path(name).mkdir()
    os.chdir(name)
    paths = []
    for id, seconds in missed.items():
        values = dict.fromkeys(COLUMNS["scores"], 0) | {
            "corpus": "c", "system": "s", "recording": id, "protocol": "full", "reference_seconds": 10.0,
            "scored_seconds": 10.0, "missed": float(seconds), "speakers_given": False, "failed_rule": "",
            "extent": "audio",
        }  # fmt: skip
        paths.append(f"results/c/scores/s/{id}.parquet")
        write_table(paths[-1], "scores", [tuple(values.values())])
    JobRecords("logs/c/score_recording/s/batch-1-of-1.log", "score_recording").end(
        dict.fromkeys(paths, origin)
    )
    scores = [path for path in paths if Path(path).stem not in earlier]
    SHARD_FILE.write_text(json.dumps({"shard": shard, "version": "1", "scores": scores}))
    os.chdir(here)
    return Path(name).absolute()


def der(path="all/results/c/der.csv"):
    rows = read_csv(path)
    return dict(zip(rows["recording"], rows["der"], strict=True))


def test_the_tables_contain_the_recordings_of_all_shards_and_their_totals():
    """By hand: 1 + 2 + 6 of 30 seconds are missed."""
    shards = [write_shard("s1", "1/2", {"b": 2, "c": 6}), write_shard("s2", "2/2", {"a": 1})]
    (total,) = gather_tables(shards, Path("all"), {"c": None})["der"]
    assert total == 30.0
    assert der() == {"a": 10.0, "b": 20.0, "c": 60.0, "ALL": 30.0, "COMPLETED": 30.0}
    assert der("all/results/report/der.csv") == der()
    assert len(pd.read_parquet("all/results/report/der.parquet")) == 5
    counts = read_csv("all/results/report/speaker_counts.csv")
    assert counts["recordings"].tolist() == [3]


def test_only_changed_shards_are_read_again():
    shards = [write_shard("s1", "1/2", {"b": 2}), write_shard("s2", "2/2", {"a": 1})]
    gather_tables(shards, Path("all"), {})
    kept = {path.name for path in Path("all/rows").iterdir()}
    write_shard("new", "2/2", {"a": 3})
    gather_tables([shards[0], Path("new")], Path("all"), {})
    assert len({path.name for path in Path("all/rows").iterdir()} - kept) == 1
    assert der()["a"] == 30.0


def change_shard(**values):
    content = json.loads(Path("s2", SHARD_FILE).read_text()) | values
    Path("s2", SHARD_FILE).write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda: os.remove("s2/results/c/scores/s/a.parquet"), "a.parquet: is missing or damaged"),
        (lambda: Path("s2/results/c/scores/s/a.parquet").write_bytes(b"x"), "is missing or damaged"),
        (lambda: os.remove(f"s2/{FOLDER}/shard.json"), "is not the folder of a shard"),
        (lambda: change_shard(scores=["results/c/scores/s/a.parquet", "results/c/scores/s/k.parquet"]),
         "1 score missing: results/c/scores/s/k.parquet"),
        (lambda: change_shard(scores=[]), "lists no scores"),
        (lambda: Path("all", FOLDER).mkdir(parents=True), "all: is the folder of a run"),
        (lambda: change_shard(shard="1/2"), "in several folders"),
        (lambda: change_shard(version="2"), "version 2 of diarflow"),
        (lambda: change_shard(shard="2/3"), "one of 3 shards"),
    ],
    ids=["missing", "damaged", "no shard", "killed", "no list", "run", "twice", "version", "count"],
)  # fmt: skip
def test_shards_that_do_not_fit_or_are_not_complete_are_refused(damage, message):
    shards = [write_shard("s1", "1/2", {"b": 2}), write_shard("s2", "2/2", {"a": 1})]
    damage()
    with pytest.raises(InputError, match=message):
        gather_tables(shards, Path("all"), {})
    assert not Path("all/results/report").exists()


def test_shards_of_other_settings_are_refused():
    """The digest of the provenance is the same, that of the row differs."""
    row = "row of 12 di"
    shards = [
        write_shard("s1", "1/2", {"b": 2}, origin="provenance 1" + row),
        write_shard("s2", "2/2", {"a": 1}, origin="provenance 1" + row[::-1]),
    ]
    gather_tables(shards, Path("all"), {})
    write_shard("new", "2/2", {"a": 1}, origin="provenance 2" + row)
    with pytest.raises(
        InputError, match="results of c/scores/s have other settings or code than in"
    ):
        gather_tables([shards[0], Path("new")], Path("all"), {})


def test_missing_shards_are_refused_unless_a_part_is_wanted():
    shards = [write_shard("s1", "1/2", {"b": 2})]
    with pytest.raises(InputError, match="1 shard of 2 missing: 2"):
        gather_tables(shards, Path("all"), {})
    assert gather_tables(shards, Path("all"), {}, partial=True)["recordings"].tolist() == [1]


def test_scores_of_recordings_that_were_removed_since_do_not_count():
    """The shard lists the scores of the last run. Earlier ones may be of other settings."""
    shard = write_shard("s1", "1/1", {"a": 1, "removed": 9}, earlier=["removed"])
    gather_tables([shard], Path("all"), {})
    assert der() == {"a": 10.0, "ALL": 10.0, "COMPLETED": 10.0}
