"""Confidence in a run: artifacts, recordings that were set aside, re-runs, and the training of a calibrator."""

import csv
import json

import pytest
import yaml
from workflow_runs import Workflow, build_once, copied

from diarflow.artifacts.tables import read_table
from diarflow.confidence.choice import choose

LINE = "SPEAKER {} 1 {} {} <NA> <NA> {} <NA> <NA>\n"
IDS = [f"r{i}" for i in range(6)]


def write_corpus(folder):
    """Write three imported systems that agree but on r1, where `bad` swaps speakers, and on r2, where it is malformed."""
    for system in ("good", "same", "bad"):
        (folder / system).mkdir(parents=True)
        for id in IDS:
            turns = [(0, 4, "x"), (4, 4, "y"), (8, 3, "x")]
            if system == "bad" and id != "r0":
                turns[1] = (4, 4, "x" if id == "r1" else "y")
                turns[2] = (8, 3, "y")
            text = "".join(LINE.format(id, *turn) for turn in turns)
            is_malformed = (system, id) == ("bad", "r2")
            (folder / system / f"{id}.rttm").write_text(
                "SPEAKER r2 1 zero 1\n" if is_malformed else text
            )
    for id in IDS:
        turns = [(0, 4, "Ann"), (4, 4, "Bob"), (8, 3, "Ann")]
        (folder / f"{id}.rttm").write_text("".join(LINE.format(id, *turn) for turn in turns))
    rows = "".join(f"{id}\t{id}.rttm\n" for id in IDS)
    (folder / "table.tsv").write_text("recording\treference\n" + rows)
    systems = {name: {"rttm": name} for name in ("good", "same", "bad")}
    corpus = {
        "name": "c",
        "recordings": "table.tsv",
        "systems": list(systems),
        "split": "dev",
        "exports": ["csv"],
    }
    config = {
        "corpora": [corpus],
        "systems": systems,
        "batch_size": 10,
        "confidence": {"estimate": True},
    }
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def _run(tmp_path_factory):
    def build(folder):
        write_corpus(folder)
        done = Workflow(folder)("confidence", check=False)
        assert done.status == 3, done.text
        assert done.jobs["collect_evidence"] == done.jobs["estimate_confidence"] == 3

    return build_once(tmp_path_factory, "confidence", build)


def test_the_label_on_which_the_other_systems_disagree_is_the_least_certain(_run):
    """Speaker y of the others shares 4 s with x, and x of the others 3 s with y: the first 4 s of x are in doubt."""
    table = read_table(_run / "results/c/confidence/bad/r1.parquet")
    is_wrong = table["start"] < 4
    confidence = table["confidence"]
    assert is_wrong[confidence.argmin()]
    assert confidence[is_wrong].mean() < confidence[~is_wrong].mean() - 0.1
    with open(_run / "results/c/confidence.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["system"], row["recording"]) for row in rows[:2]] == [("bad", "r2"), ("bad", "r1")]
    assert rows[0]["failed_rule"] == "import_rttm" and rows[0]["expected_der"] == ""
    assert len(rows) == 18
    estimate = json.loads((_run / "results/c/confidence/good/r2.json").read_text())
    assert estimate["sources"] == ["turns", "systems"]


def test_exports_contain_the_confidence_of_turns(_run, tmp_path):
    run = copied(_run, tmp_path)
    done = run("results/c/exports/bad/r1.csv", check=False)
    assert done.status == 3 and done.jobs == {"export_csv": 1}, done.text
    with open(run.folder / "results/c/exports/bad/r1.csv", newline="") as file:
        values = [float(row["confidence"]) for row in csv.DictReader(file)]
    table = read_table(run.folder / "results/c/confidence/bad/r1.parquet")
    assert values == [table["turn_confidence"][table["turn"] == turn][0] for turn in (0, 1)]


def test_auto_takes_the_system_with_the_least_expected_der(_run, tmp_path):
    """The members disagree on r1 and the third one failed on r2. A changed member re-runs the choice and what follows."""
    run = copied(_run, tmp_path)
    overlay = {
        "corpora": [{"name": "c", "recordings": "table.tsv", "systems": ["auto"]}],
        "systems": {"auto": {"choose": ["bad", "good", "same"], "margin": 0.0}}, "confidence": {"estimate": False},
    }  # fmt: skip
    done = run("results/c/der.csv", overlay=overlay, check=False)
    assert done.status == 3 and done.jobs["choose_system"] == 1, done.text
    assert "import_rttm" not in done.jobs and "collect_evidence" not in done.jobs
    sidecars = {
        id: json.loads((run.folder / f"results/c/rttm/auto/{id}.json").read_text()) for id in IDS
    }
    for id, facts in sidecars.items():
        expected = facts["expected_der"]
        assert facts["chosen"] == choose(expected, 0.0)
        text = (run.folder / f"results/c/rttm/{facts['chosen']}/{id}.rttm").read_text()
        assert (run.folder / f"results/c/rttm/auto/{id}.rttm").read_text() == text
    assert set(sidecars["r2"]["expected_der"]) == {"good", "same"}
    assert sidecars["r1"]["chosen"] == "good"
    assert run.planned("results/c/der.csv", overlay=overlay) == {}
    path = run.folder / "good/r3.rttm"
    path.write_text(path.read_text().replace(" 3 ", " 2 "))
    assert run.planned("results/c/der.csv", overlay=overlay | {"batch_size": 1}) == {
        "import_rttm": 1, "collect_evidence": 3, "estimate_confidence": 3, "choose_system": 1,
        "score_recording": 2, "report_corpus": 1,
    }  # fmt: skip


def test_a_changed_system_reruns_what_is_compared_with_it(_run, tmp_path):
    run = copied(_run, tmp_path)
    assert run.planned("confidence") == {}
    text = (run.folder / "bad/r3.rttm").read_text()
    (run.folder / "bad/r3.rttm").write_text(text.replace(" 3 ", " 2 "))
    assert run.planned("confidence", overlay={"batch_size": 1}) == {
        "import_rttm": 1, "collect_evidence": 3, "estimate_confidence": 3, "report_confidence": 1, "confidence": 1,
    }  # fmt: skip


def test_a_trained_calibrator_reruns_the_estimates_only(_run, tmp_path):
    run = copied(_run, tmp_path)
    overlay = {
        "confidence": {"model": "models/mine/confidence.json"},
        "confidence_training": {"mine": {}},
    }
    done = run("confidence", overlay=overlay, check=False)
    assert done.status == 3, done.text
    assert done.jobs["train_confidence_calibrator"] == 1 and done.jobs["estimate_confidence"] == 3
    assert "collect_evidence" not in done.jobs
    card = json.loads((run.folder / "models/mine/confidence-card.json").read_text())
    assert (card["recordings_of_systems"], card["without_speech"], card["groups"]) == (17, 1, 6)
    assert run.planned("confidence", overlay=overlay) == {}
