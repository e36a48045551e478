"""Linked corpora in a run: people of all recordings, names of known people, exports, and re-runs."""

import csv
import json
import re
import shutil

import pytest

from diarflow.artifacts.tables import read_table
from diarflow.cli.main import main
from diarflow.formats.rttm import read_turns
from diarflow.linking.people_table import people_by_recording, read_people
from diarflow.timeline.intervals import Turn

SYSTEM = "classic"


def overlay(keep_embeddings=True, **link):
    corpus = {
        "name": "tiny",
        "recordings": "tiny.tsv",
        "systems": ["classic", "classic-kmeans"],
        "exports": ["srt"],
    }
    settings = {
        "default": {
            "model": None,
            "systems": [SYSTEM],
            "min_clean_time": 0.5,
            "same_recording": 1.0,
            "shared_names": True,
            **link,
        }
    }
    return {
        "corpora": [corpus | {"link": True}],
        "links": settings,
        "speakers": {"known": "people"},
        "keep_embeddings": keep_embeddings,
    }


@pytest.fixture
def linked(finished):
    (finished.folder / "people/Ann Lee").mkdir(parents=True)
    shutil.copy(finished.folder / "audio/a.wav", finished.folder / "people/Ann Lee/sample.wav")
    return finished


def test_a_linked_corpus_has_people_in_tables_rttm_and_exports(linked):
    # same settings as the finished corpus: no job of a stage runs again
    jobs = linked(overlay=overlay()).jobs
    results = linked.folder / "results"
    assert jobs["link_speakers"] == jobs["enroll_speakers"] == 1
    assert not any(rule in jobs for rule in ("embed_segments", "build_turns", "write_rttm"))
    rows = read_people(results / f"tiny/speakers/{SYSTEM}.parquet")
    rttm = {id: read_turns(results / f"tiny/rttm/{SYSTEM}/{id}.rttm") for id in "ab"}
    assert {(row["recording"], row["speaker"]) for row in rows} == {
        (id, turn.speaker) for id, turns in rttm.items() for turn in turns
    }
    people = people_by_recording(results / f"tiny/speakers/{SYSTEM}.parquet")
    assert len(set(people["a"].values())) == 2  # speakers of one recording are different people
    for id in "ab":
        labelled = read_turns(results / f"tiny/linked/{SYSTEM}/{id}.rttm")
        assert {turn.speaker for turn in labelled} == set(people[id].values())
        table = read_table(results / f"tiny/linked/{SYSTEM}/{id}.parquet")
        turns = zip(table["start"], table["end"], table["speaker"], strict=True)
        assert [Turn(*row) for row in turns] == rttm[id]
        assert table["person"].tolist() == [people[id][turn.speaker] for turn in rttm[id]]
        assert set(table["channel"]) == {1}
        text = (results / f"tiny/exports/{SYSTEM}/{id}.srt").read_text()
        assert all(name in text for name in people[id].values())
    # a system that is not linked keeps its speakers
    assert "SPEAKER_00" in (results / "tiny/exports/classic-kmeans/a.srt").read_text()

    [row] = csv.DictReader((results / "report/linking/tiny.csv").read_text().splitlines())
    assert (row["corpus"], row["system"], row["recordings"]) == ("tiny", SYSTEM, "2")
    assert 0 <= float(row["der"]) <= float(row["cross_der"])
    with open(results / "report/der.csv") as file:
        der = {
            (total["system"], total["recording"], total["protocol"]): total
            for total in csv.DictReader(file)
        }
    total = der[SYSTEM, "ALL", "full"]
    assert all(total[name] == row[name] for name in ("der", "cross_der", "link_f1", "bcubed_f1"))
    assert [key for key, other in der.items() if other["cross_der"]] == [(SYSTEM, "ALL", "full")]

    assert not linked.planned(overlay=overlay())
    changed = linked.planned(overlay=overlay(threshold=0.9))
    assert {rule for rule in changed if rule not in ("all", "total")} <= {
        "link_speakers", "label_speakers", "export_srt", "score_links", "report_people",
        "report_all",
    }  # fmt: skip
    assert changed["link_speakers"] == 1

    page = (results / f"report/people/tiny.{SYSTEM}.html").read_text()
    assert all(name in page for names in people.values() for name in names.values())
    front_page = (results / "report/index.html").read_text()
    assert f"people/tiny.{SYSTEM}.html" in front_page and "cross-recording DER" in front_page
    for id in "ab":
        page = (results / f"report/recordings/tiny/{id}.html").read_text()
        assert all(f"{name} (" in page for name in people[id].values())

    # without known people, or without links, no name is left
    linked(overlay=overlay() | {"speakers": {"known": None}})
    texts = {path: path.read_text() for path in results.glob("tiny/exports/*/*.srt")}
    assert len(texts) == 4 and not any("Ann" in text for text in texts.values())
    assert any("PERSON_0001" in text for text in texts.values())
    unlinked = overlay()
    unlinked["corpora"] = [corpus | {"link": False} for corpus in unlinked["corpora"]]
    assert linked(overlay=unlinked).jobs["export_srt"] == 2  # of the system that was linked
    texts = {path: path.read_text() for path in results.glob("tiny/exports/*/*.srt")}
    assert len(texts) == 4 and not any("PERSON" in text for text in texts.values())
    linked(overlay=overlay())
    assert "Ann" in (results / f"tiny/exports/{SYSTEM}/a.srt").read_text()

    # the vectors are removed, and nothing runs again without them
    linked(overlay=overlay(keep_embeddings=False, threshold=0.6))
    assert not [*results.glob("tiny/voices/*/*"), *results.glob("tiny/embeddings/*/*.npy")]
    assert not linked.planned(overlay=overlay(keep_embeddings=False, threshold=0.6))


def test_corpora_that_are_linked_together_have_scores_of_each_and_of_all(finished):
    """The second corpus has the recordings of the first, so that each person is in both."""
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": [SYSTEM]}
    together = {"corpora": ["tiny", "again"], "backend": "agglomerative"}
    link = overlay()["links"]["default"] | together
    finished(overlay={"corpora": [corpus, corpus | {"name": "again"}], "links": {"both": link}})
    report = finished.folder / "results/report"
    rows = list(csv.DictReader((report / "linking/both.csv").read_text().splitlines()))
    assert [row["corpus"] for row in rows] == ["again", "tiny", "ALL"]
    assert [row["recordings"] for row in rows] == ["2", "2", "4"]
    assert len({row["cross_der"] for row in rows}) == 1  # the same errors twice
    with open(report / "der.csv") as file:
        der = [row for row in csv.DictReader(file) if row["cross_der"]]
    assert [(row["corpus"], row["recording"]) for row in der] == [("tiny", "ALL"), ("again", "ALL")]
    assert "both: all corpora" in (report / "index.html").read_text()


def test_a_forgotten_person_is_in_no_result_and_no_log(linked, capsys):
    known = overlay()
    linked(overlay=known)
    assert containing(linked.folder)
    assert main(["forget", "Ann Lee", "-d", str(linked.folder)]) == 0
    assert "removed: " in capsys.readouterr().out
    assert not containing(linked.folder)
    jobs = linked(overlay=known | {"speakers": {"known": None}}).jobs
    assert jobs["link_speakers"] == jobs["report_all"] == 1 and "enroll_speakers" not in jobs
    assert not containing(linked.folder)
    people = people_by_recording(linked.folder / f"results/tiny/speakers/{SYSTEM}.parquet")
    assert len(set(people["a"].values())) == 2


def containing(folder):
    """Return the results and logs that contain the name of Ann Lee."""
    return [
        path
        for part in ("results", "logs")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file() and re.search(rb"Ann[ _]Lee", path.read_bytes())
    ]


def test_turns_of_people_have_the_confidences_of_their_speakers(linked):
    """One speaker of a recording is one person, so that each turn has its own confidence."""
    chosen = overlay() | {"confidence": {"estimate": True}}
    chosen["corpora"][0]["exports"] = ["json"]
    linked("exports", "confidence", overlay=chosen)
    results = linked.folder / "results/tiny"
    for id in "ab":
        pieces = read_table(results / f"confidence/{SYSTEM}/{id}.parquet")
        expected = dict(zip(pieces["turn"], pieces["turn_confidence"], strict=True))
        exported = json.loads((results / f"exports/{SYSTEM}/{id}.json").read_text())
        people = read_table(results / f"linked/{SYSTEM}/{id}.parquet")["person"].tolist()
        assert [turn["speaker"] for turn in exported["turns"]] == people
        assert [turn["confidence"] for turn in exported["turns"]] == pytest.approx(
            [expected[number] for number in range(len(people))], abs=1e-3
        )
