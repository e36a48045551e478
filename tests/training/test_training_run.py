"""A tiny network, trained by the workflow on a tiny corpus until it knows it by heart, and used by it."""

import csv
import json

import numpy as np
import pytest
import yaml
from conftest import Workflow

from diarflow.settings.stages import Training
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
    done = workflow()
    assert "held out" in done.text  # its progress is shown
    return workflow


def test_the_loss_falls_until_the_corpus_is_known_by_heart(trained):
    card = json.loads((trained.folder / "models/tiny/bilstm.json").read_text())
    assert card["parameters"] == 571_489
    assert card["history"][-1]["epoch"] == 25
    assert card["history"][-1]["loss"] < 0.1 * card["history"][0]["loss"]
    assert card["recordings"] == {
        "training": ["sim/sim-0000", "sim/sim-0001", "sim/sim-0002"], "validation": [],
    }  # fmt: skip
    assert card["hours"]["training"] == pytest.approx(3 * 24 / 3600, rel=0.01)
    assert (trained.folder / "models/tiny/bilstm.png").read_bytes().startswith(b"\x89PNG")


def test_what_it_learnt_is_found_again_and_reported(trained):
    with open(trained.folder / "results/report/changes.csv") as file:
        rows = list(csv.DictReader(file))
    (total,) = (r for r in rows if r["recording"] == "ALL" and r["regions"] == "single")
    assert total["changes"] == "own"
    assert float(total["precision_0.5"]) > 0.8 and float(total["recall_0.5"]) > 0.8
    page = (trained.folder / "results/report/index.html").read_text()
    assert "own: learnt from 0.0 h" in page and "data:image/png;base64," in page


def test_the_set_holds_every_frame_once(trained):
    features = np.load(trained.folder / "models/tiny/features.npy", mmap_mode="r")
    labels = np.load(trained.folder / "models/tiny/labels.npy", mmap_mode="r")
    assert features.shape == (len(labels), 35) and features.dtype == np.float32
    assert set(np.unique(labels)) == {0, 1}


OF_THE_SET = {"kinds": ["speaker", "overlap"], "max_pause": 0.5, "neighbourhood": 0.05, "features": "deltas",
              "normalisation": "none"}  # fmt: skip
OF_LEARNING = {"window": 1.6, "activation": "linear", "dropout": 0.2, "optimizer": "adam",
               "learning_rate": 0.01, "batch": 3, "epochs": 2, "check_every": 2, "patience": 2, "positive_weight": 2.0,
               "seed": 1}  # fmt: skip


def test_every_setting_of_a_training_is_in_these_lists():
    assert {*OF_THE_SET, *OF_LEARNING, "validation"} == set(Training.model_fields)


@pytest.mark.parametrize("key", [*OF_THE_SET, *OF_LEARNING])
def test_a_changed_setting_trains_again_and_builds_the_set_again_only_where_it_must(trained, key):
    value = (OF_THE_SET | OF_LEARNING)[key]
    planned = trained.planned(
        "models/tiny/bilstm.onnx", overlay={"training": {"tiny": {key: value}}}
    )
    built = {"build_training_set": 1} if key in OF_THE_SET else {}
    assert planned == built | {"train_change_detector": 1}
