"""A network that the workflow trains on a tiny corpus until it overfits, and then uses on the same corpus."""

import csv
import json

import numpy as np
import pytest
import yaml
from workflow_runs import BATCHES, Workflow, build_once, copied

from diarflow.simulation.synthetic import synthesize_dialogue

pytest.importorskip("tensorflow")
pytestmark = pytest.mark.slow

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
        "tiny": {"window": 1.0, "epochs": 16, "patience": 16, "check_every": 8, "batch": 12, "learning_rate": 0.003, "dropout": 0.0, "validation": []}
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
    """Return a folder in which the workflow has trained a network and used it."""

    def build(folder):
        for name in "pqr":
            path = folder / "voices" / name / "a.wav"
            path.parent.mkdir(parents=True)
            synthesize_dialogue(path, seed=ord(name), speakers=1, turns=6)
        (folder / "my.yaml").write_text(yaml.safe_dump(CONFIG))
        done = Workflow(folder)("--cores", "2", overlay=BATCHES)
        assert "validation loss" in done.text  # progress is printed

    return build_once(tmp_path_factory, "trained", build)


def test_training_overfits_a_tiny_corpus(trained):
    card = json.loads((trained / "models/tiny/bilstm.json").read_text())
    assert card["parameters"] == 571_489
    assert card["history"][-1]["epoch"] == 16
    assert card["history"][-1]["loss"] < 0.1 * card["history"][0]["loss"]
    assert card["recordings"] == {
        "training": ["sim/sim-0000", "sim/sim-0001", "sim/sim-0002"], "validation": [],
    }  # fmt: skip
    assert card["hours"]["training"] == pytest.approx(3 * 24 / 3600, rel=0.01)
    assert (trained / "models/tiny/bilstm.png").read_bytes().startswith(b"\x89PNG")


def test_the_trained_network_detects_the_changes_of_its_training_corpus(trained):
    with open(trained / "results/report/changes.csv") as file:
        rows = list(csv.DictReader(file))
    (total,) = (r for r in rows if r["recording"] == "ALL" and r["regions"] == "single")
    assert total["changes"] == "own"
    assert float(total["precision_0.5"]) > 0.8 and float(total["recall_0.5"]) > 0.8
    der = (trained / "results/report/der.csv").read_text()
    assert all(f"sim,own,sim-000{number},full" in der for number in range(3))
    page = (trained / "results/report/index.html").read_text()
    assert "own: 0.0 h of training data" in page and "data:image/png;base64," in page


def test_the_training_set_has_one_label_per_frame(trained):
    features = np.load(trained / "models/tiny/features.npy", mmap_mode="r")
    labels = np.load(trained / "models/tiny/labels.npy", mmap_mode="r")
    assert features.shape == (len(labels), 35) and features.dtype == np.float32
    assert set(np.unique(labels)) == {0, 1}


@pytest.mark.parametrize(
    ("key", "value", "rules"),
    [
        ("max_pause", 0.5, {"build_training_set", "train_change_detector"}),
        ("dropout", 0.2, {"train_change_detector"}),
    ],
)
def test_a_changed_setting_trains_again_and_rebuilds_the_training_set_if_needed(
    trained, tmp_path, key, value, rules
):
    """`tests/unit/test_provenance.py` covers every setting of a training."""
    workflow = copied(trained, tmp_path)
    planned = workflow.planned(
        "models/tiny/bilstm.onnx", overlay={"training": {"tiny": {key: value}}}
    )
    assert planned == dict.fromkeys(rules, 1)
