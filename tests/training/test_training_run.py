"""A network that the workflow trains on a tiny corpus until it overfits, and then uses on the same corpus."""

import csv
import json

import numpy as np
import pytest
import yaml
from workflow_runs import Workflow

from diarflow.settings.training import Training
from diarflow.simulation.synthetic import synthesize_dialogue

pytest.importorskip("tensorflow")

CONFIG = {
    "corpora": [
        {
            "name": "sim",
            "simulate": {
                "speakers": "voices", "conversations": 3, "duration": 24.0, "overlap": False,
                "min_speakers": 3, "max_speakers": 3,
            },
            "systems": ["own"],
        }
    ],
    "training": {
        "tiny": {"epochs": 25, "patience": 25, "check_every": 3, "batch": 4, "learning_rate": 0.003, "dropout": 0.0, "validation": []}
    },
    "networks": {"own": {"backend": "bilstm", "model": "models/tiny/bilstm.keras"}},
    "changes": {"own": {"backend": "bilstm", "network": "own", "min_distance": 0.3}},
    "systems": {
        "own": {
            "speech": "webrtc", "changes": "own", "overlap": "none", "embedding": "dvector",
            "clustering": "kmeans", "turns": "join",
        }
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    for name in "pqr":
        (folder / "voices" / name).mkdir(parents=True)
        path = folder / "voices" / name / "a.wav"
        synthesize_dialogue(path, seed=ord(name), speakers=1, turns=6)
    (folder / "my.yaml").write_text(yaml.safe_dump(CONFIG))
    workflow = Workflow(folder)
    run = workflow()
    assert "validation loss" in run.text  # progress is printed
    return workflow


def test_training_overfits_a_tiny_corpus(trained):
    card = json.loads((trained.folder / "models/tiny/bilstm.json").read_text())
    assert card["parameters"] == 571_489
    assert card["history"][-1]["epoch"] == 25
    assert card["history"][-1]["loss"] < 0.1 * card["history"][0]["loss"]
    assert card["recordings"] == {
        "training": ["sim/sim-0000", "sim/sim-0001", "sim/sim-0002"], "validation": [],
    }  # fmt: skip
    assert card["hours"]["training"] == pytest.approx(3 * 24 / 3600, rel=0.01)
    assert (trained.folder / "models/tiny/bilstm.png").read_bytes().startswith(b"\x89PNG")


def test_the_trained_network_detects_the_changes_of_its_training_corpus(trained):
    with open(trained.folder / "results/report/changes.csv") as file:
        rows = list(csv.DictReader(file))
    (total,) = (r for r in rows if r["recording"] == "ALL" and r["regions"] == "single")
    assert total["changes"] == "own"
    assert float(total["precision_0.5"]) > 0.8 and float(total["recall_0.5"]) > 0.8
    page = (trained.folder / "results/report/index.html").read_text()
    assert "own: 0.0 h of training data" in page and "data:image/png;base64," in page


def test_the_training_set_has_one_label_per_frame(trained):
    features = np.load(trained.folder / "models/tiny/features.npy", mmap_mode="r")
    labels = np.load(trained.folder / "models/tiny/labels.npy", mmap_mode="r")
    assert features.shape == (len(labels), 35) and features.dtype == np.float32
    assert set(np.unique(labels)) == {0, 1}


SET_SETTINGS = {"kinds": ["speaker", "overlap"], "max_pause": 0.5, "neighbourhood": 0.05, "features": "deltas",
              "normalisation": "none"}  # fmt: skip
TRAIN_SETTINGS = {"window": 1.6, "activation": "linear", "dropout": 0.2, "optimizer": "adam",
               "learning_rate": 0.01, "batch": 3, "epochs": 2, "check_every": 2, "patience": 2, "positive_weight": 2.0,
               "seed": 1}  # fmt: skip


def test_these_lists_have_every_setting_of_training():
    assert {*SET_SETTINGS, *TRAIN_SETTINGS, "validation"} == set(Training.model_fields)


@pytest.mark.parametrize("key", [*SET_SETTINGS, *TRAIN_SETTINGS])
def test_a_changed_setting_trains_again_and_rebuilds_the_training_set_if_needed(trained, key):
    value = (SET_SETTINGS | TRAIN_SETTINGS)[key]
    planned = trained.planned(
        "models/tiny/bilstm.onnx", overlay={"training": {"tiny": {key: value}}}
    )
    built = {"build_training_set": 1} if key in SET_SETTINGS else {}
    assert planned == built | {"train_change_detector": 1}
