"""Oracle stages: the errors that remain if the result of a stage is taken from the reference."""

import csv

import pytest
from workflow_runs import BATCHES, build_once, copied

from diarflow.artifacts.sidecars import read_sidecar

PERFECT = {
    "speech": "oracle", "changes": "oracle", "overlap": "oracle", "embedding": "dvector",
    "clustering": "oracle", "turns": "join",
}  # fmt: skip
ORACLES = [f"classic-oracle-{stage}" for stage in ("speech", "clustering", "count")]


def overlay(*systems):
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": list(systems)}
    return BATCHES | {"corpora": [corpus], "systems": {"perfect": PERFECT}}


@pytest.fixture(scope="module")
def _oracles(_finished, tmp_path_factory):
    """Run systems with oracle stages beside the system classic, which has run before."""

    def build(folder):
        folder.mkdir()
        run = copied(_finished, folder)
        systems = overlay("classic", "perfect", *ORACLES)
        run("results/tiny/der.csv", "--cores", "2", overlay=systems)

    return build_once(tmp_path_factory, "oracles", build) / "tiny"


@pytest.fixture
def totals(_oracles):
    """Return the full error times of each system."""
    with open(_oracles / "results/tiny/der.csv") as file:
        return {
            row["system"]: {key: float(row[key]) for key in ("missed", "false_alarm", "confusion")}
            for row in csv.DictReader(file)
            if row["recording"] == "ALL" and row["protocol"] == "full"
        }


def test_a_system_with_only_oracles_has_no_error(totals):
    assert sum(totals["perfect"].values()) < 0.01


def test_oracle_speech_leaves_no_missed_speech_and_no_false_alarm(totals):
    speech = totals["classic-oracle-speech"]
    assert speech["missed"] < 0.01 and speech["false_alarm"] < 0.01


def test_oracle_clusters_change_confusion_only_and_do_not_increase_it(totals):
    classic, clustered = totals["classic"], totals["classic-oracle-clustering"]
    assert clustered["confusion"] <= classic["confusion"]
    assert clustered["missed"] == classic["missed"]


def test_an_oracle_number_of_speakers_is_recorded_as_given(_oracles):
    sidecar = _oracles / "results/tiny/rttm/classic-oracle-count/a.json"
    assert read_sidecar(sidecar) == {"speakers_given": True}


def test_a_changed_reference_reruns_the_oracle_stage_and_what_follows(_oracles, tmp_path):
    oracles = copied(_oracles, tmp_path)
    with open(oracles.folder / "audio/a.rttm", "a") as reference:
        reference.write("SPEAKER a 1 0.5 0.25 <NA> <NA> new <NA> <NA>\n")
    single = overlay("classic-oracle-clustering") | {"batch_size": 1}
    planned = oracles.planned_recordings(overlay=single)
    assert {rule for rule, id in planned if id == "a"} == {
        "prepare_reference", "cluster_segments", "build_turns", "write_rttm", "score_recording",
    }  # fmt: skip
    assert not [rule for rule, id in planned if id == "b"]
