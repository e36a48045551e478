"""Stages taken from the reference: what a perfect one would bring."""

import csv

import pytest

PERFECT = {
    "speech": "oracle", "changes": "oracle", "overlap": "oracle", "embedding": "dvector",
    "clustering": "oracle", "turns": "join",
}  # fmt: skip


def overlay(*systems):
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": list(systems)}
    return {"corpora": [corpus], "systems": {"perfect": PERFECT}}


def test_perfect_stages_make_no_error_and_each_alone_only_that_of_the_others(fresh):
    names = ["classic", "perfect", *(f"classic-oracle-{stage}" for stage in
             ("speech", "changes", "overlap", "clustering", "count"))]  # fmt: skip
    fresh(overlay=overlay(*names))
    with open(fresh.folder / "results/tiny/der.csv") as file:
        total = {
            row["system"]: {key: float(row[key]) for key in ("missed", "false_alarm", "confusion")}
            for row in csv.DictReader(file)
            if row["recording"] == "ALL" and row["protocol"] == "full"
        }
    assert sum(total["perfect"].values()) < 0.01
    speech = total["classic-oracle-speech"]
    assert speech["missed"] < 0.01 and speech["false_alarm"] < 0.01
    classic, clustered = total["classic"], total["classic-oracle-clustering"]
    assert clustered["confusion"] <= classic["confusion"]
    assert clustered["missed"] == classic["missed"]
    rttm = (fresh.folder / "results/tiny/rttm/classic-oracle-count/a.rttm").read_text()
    assert "number of speakers: given" in rttm


def test_an_oracle_without_references_stops_the_run_and_names_the_recordings(fresh):
    table = fresh.folder / "tiny.tsv"
    table.write_text(table.read_text().replace("audio/b.rttm", ""))
    done = fresh(overlay=overlay("classic", "classic-oracle-speech"), check=False)
    assert done.status == 1
    assert (
        "corpus tiny: system classic-oracle-speech takes a stage from the references, and 1 recordings "
        "have none (b); expected a reference for each" in done.text
    )


@pytest.mark.parametrize("line", ["SPEAKER a 1 0.5 0.25 <NA> <NA> new <NA> <NA>"])
def test_another_reference_runs_the_stages_that_read_it(fresh, line):
    fresh(overlay=overlay("classic-oracle-clustering"))
    with open(fresh.folder / "audio/a.rttm", "a") as reference:
        reference.write(line + "\n")
    planned = fresh.planned_recordings(overlay=overlay("classic-oracle-clustering"))
    assert {rule for rule, recording in planned if recording == "a"} == {
        "prepare_reference", "cluster_segments", "build_turns", "write_rttm", "score_recording",
    }  # fmt: skip
    assert not [one for one in planned if one[1] == "b"]
