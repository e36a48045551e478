"""Provenance: a changed setting changes that of its own rule and variant, and of no other."""

from operator import eq

import pytest
from test_settings import models, settings

from diarflow.planning.plan import Plan
from diarflow.planning.provenance import Provenance
from diarflow.planning.recording import Recording
from diarflow.planning.rule_variants import RULE_BLOCKS
from diarflow.settings import BLOCKS
from diarflow.settings.training import Training

RULES = {block: rule for rule, block in RULE_BLOCKS.items()}

# every setting of every backend with another value than its default
OTHER_VALUES = {
    "speech": {
        "webrtc": {"aggressiveness": 2, "frame_ms": 30, "min_speech": 0.3, "min_silence": 0.3, "padding": 0.1},
        "segmentation": {"network": "bilstm", "score": "counts", "onset": 0.6, "offset": 0.6, "min_speech": 0.2,
                         "min_silence": 0.1, "padding": 0.1, "pause_level": 0.3, "pause_score": 0.8, "min_pause": 0.5},
        "silero": {"onset": 0.6, "offset": 0.5, "min_speech": 0.2, "min_silence": 0.2, "padding": 0.0},
    },
    "changes": {
        "divergence": {"measure": "gaussian", "window": 2.0, "step": 0.2, "threshold": 0.7, "min_distance": 1.0},
        "bilstm": {"network": "segmentation", "threshold": 0.6, "min_distance": 0.5, "prominence": 0.1},
        "bilstm-divergence": {"network": "segmentation", "weight": 1.0, "window": 3.0, "threshold": 0.6,
                              "min_distance": 0.5, "prominence": 0.1},
        "segmentation": {"network": "bilstm", "window": 0.1, "threshold": 0.4, "min_distance": 0.5},
    },
    "overlap": {
        "segmentation": {"network": "bilstm", "score": "counts", "onset": 1.5, "offset": 1.4, "min_overlap": 0.1},
    },
    "networks": {
        "bilstm": {"model": "x.onnx", "features": "deltas", "activation": "linear", "window": 4.0, "step": 1.6,
                   "normalisation": "none"},
        "segmentation": {"model": "x.onnx", "device": "cpu", "step": 1.0},
        "campplus": {"model": "x.onnx", "device": "cpu", "piece": 3.0, "margin": 0.2},
        "pyannote": {"model": "x.ckpt", "token_variable": "OTHER_TOKEN", "device": "cpu", "step": 1.0},
    },
    "embedding": {
        "dvector": {"window": 2.0, "hop": 0.4},
        "campplus": {"model": "campplus.onnx", "network": None, "window": 2.0, "hop": 1.0, "grid": False,
                     "min_speech_ratio": 0.8},
        "onnx": {"model": "x.yaml", "device": "cpu", "network": None, "window": 2.0, "hop": 1.0, "grid": False, "min_speech_ratio": 0.8},
        "pooled": {"model": "campplus.onnx", "frames": "bilstm", "network": None, "window": 2.0, "hop": 1.0, "grid": False,
                   "min_speech_ratio": 0.8},
        "pyannote": {"model": "x/y", "token_variable": "MY_TOKEN", "device": "cpu", "window": 1.0, "hop": 0.5},
    },
    "clustering": {
        "kmeans": {"speaker_count": "estimated", "min_speakers": 2, "max_speakers": 5, "n_init": 5,
                   "single_speaker_silhouette": 0.3, "seed": 1},
        "meanshift": {"speaker_count": "estimated", "min_speakers": 2, "max_speakers": 5, "bandwidth": 0.7,
                      "quantile": 0.4, "seed": 1},
        "agglomerative": {"threshold": 0.5},
        "spectral": {"seed": 1},
        "hdbscan": {"min_cluster_size": 9},
        "vbx": {"model": None, "threshold": 0.4, "Fa": 0.3, "Fb": 0.5, "loop_probability": 0.9,
                "merge_threshold": 0.8},
        "consensus": {"model": None, "thresholds": [0.4], "Fa": [0.3], "Fb": [0.5], "merge_threshold": 0.8,
                      "agreement": 0.7, "min_windows": 3},
    },
    "turns": {
        "join": {"max_gap": 0.7, "second_speaker": "none"},
        "activations": {"network": "bilstm", "embedding": None, "mix": 0.5, "sharpness": 12.0, "min_turn": 0.2},
        "pooled": {"network": "bilstm", "frames": "bilstm", "model": "x.onnx", "window": 1.0, "hop": 0.4, "mix": 0.5,
                   "sharpness": 12.0, "min_turn": 0.2},
    },
}  # fmt: skip
ESTIMATING = {"speaker_count": "estimated", "min_speakers": 2, "max_speakers": 5, "min_speaker_share": 0.02,
              "max_points": 500}  # fmt: skip
for _name in ("agglomerative", "spectral", "hdbscan", "vbx", "consensus"):
    OTHER_VALUES["clustering"][_name] |= ESTIMATING
CASES = [
    (block, name, key, value)
    for block, variants in OTHER_VALUES.items()
    for name, values in variants.items()
    for key, value in values.items()
]


def provenances(overlay):
    """Return the provenance of every variant of every backend, by rule and name."""
    chosen = settings(overlay)
    plan = Plan(chosen, [Recording("demo", "a", "a", "a.wav")])
    provenance = Provenance(plan)
    return {
        (rule, name): provenance.variant(rule, block, name)
        for rule, block in RULE_BLOCKS.items()
        for name in OTHER_VALUES[block]
    }


@pytest.fixture(scope="module")
def defaults():
    return provenances({})


def test_every_setting_of_every_backend_has_another_value_here():
    fields = {
        (block, model().backend): set(model.model_fields) - {"backend"}
        for block in BLOCKS
        for model in models(block)
        if len(model.model_fields) > 1
    }
    assert fields == {
        (block, name): set(values)
        for block, variants in OTHER_VALUES.items()
        for name, values in variants.items()
    }


@pytest.mark.parametrize(("block", "name", "key", "value"), CASES)
def test_a_changed_setting_changes_only_its_own_variant(defaults, block, name, key, value):
    changed = provenances({block: {name: {key: value}}})
    assert {job for job in defaults if changed[job] != defaults[job]} == {(RULES[block], name)}


TRAINING_SET_VALUES = {
    "kinds": ["speaker", "overlap"], "max_pause": 0.5, "neighbourhood": 0.05, "features": "deltas",
    "normalisation": "none", "validation": ["c"],
}  # fmt: skip
TRAINING_VALUES = {
    "window": 1.6, "activation": "linear", "dropout": 0.2, "optimizer": "adam", "learning_rate": 0.01,
    "batch": 3, "epochs": 2, "check_every": 2, "patience": 2, "positive_weight": 2.0, "seed": 1,
}  # fmt: skip


def test_every_setting_of_a_training_has_another_value_here():
    assert {*TRAINING_SET_VALUES, *TRAINING_VALUES} == set(Training.model_fields)


@pytest.mark.parametrize(("key", "value"), (TRAINING_SET_VALUES | TRAINING_VALUES).items())
def test_a_changed_setting_of_a_training_changes_either_its_set_or_its_network(key, value):
    """The network also depends on the files of the training set."""

    def provenances(overlay):
        chosen = {"corpora": [{"name": "c", "audio": "."}], "training": {"bilstm": overlay}}
        recordings = [Recording("c", "a", "a", "a.wav", reference="a.rttm")]
        provenance = Provenance(Plan(settings(chosen), recordings))
        return provenance.training_set("bilstm"), provenance.training("bilstm")

    same = tuple(map(eq, provenances({}), provenances({key: value})))
    assert same == ((False, True) if key in TRAINING_SET_VALUES else (True, False))
