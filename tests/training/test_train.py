"""Training on a few random windows."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from diarflow.errors import InputError
from diarflow.settings.training import Training
from diarflow.training.dataset import FrameRange
from diarflow.training.train import train

# the shortest windows: the time to compile the network grows with their length
WINDOW, WINDOW_FRAMES = 0.1, 3
FRAMES = 20 * WINDOW_FRAMES
SETTINGS = Training(batch=4, epochs=2, check_every=3, patience=10).model_dump(
    exclude={"validation", "kinds", "max_pause", "neighbourhood", "features", "normalisation"}
) | {"window": WINDOW}


def train_small(**changes):
    """Train on 20 windows; return the weights, the validations and the progress messages."""
    random = np.random.default_rng(0)
    features = random.normal(size=(2 * FRAMES, 35)).astype(np.float32)
    labels = (features[:, 0] > 1.5).astype(np.uint8)
    ranges = [
        FrameRange("c", "training", 0, FRAMES, 0, False),
        FrameRange("c", "validation", FRAMES, FRAMES, 0, True),
    ]
    messages = []
    network, history = train(
        features, labels, ranges, **SETTINGS | changes, progress=messages.append
    )
    return network.get_weights(), history, messages


@pytest.mark.slow
def test_the_seed_determines_the_weights():
    weights, history, messages = train_small()
    same_weights, same_history, _ = train_small()
    for first, second in zip(weights, same_weights, strict=True):
        np.testing.assert_array_equal(first, second)
    assert [validation[:4] for validation in history] == [v[:4] for v in same_history]
    # two epochs of 20 windows in batches of 4
    assert [validation.updates for validation in history] == [3, 6, 9, 10]
    assert messages[-1].startswith("update 10/10: validation loss")


@pytest.fixture
def dense_network(monkeypatch):
    """Train a dense layer instead of the network, which takes 10 s to compile."""

    def build(*, frames, dropout, **_):
        from keras import Input, Sequential, layers

        dense = layers.Dense(1, activation="sigmoid")
        return Sequential([Input((frames, 35)), layers.Dropout(dropout), dense])

    monkeypatch.setattr("diarflow.training.train.build_network", build)


def test_another_seed_gives_other_weights(dense_network):
    weights, same_weights, other_weights = (train_small(seed=seed)[0][0] for seed in (0, 0, 1))
    assert np.array_equal(weights, same_weights)
    assert not np.array_equal(weights, other_weights)


def test_training_stops_if_the_validation_loss_does_not_fall(dense_network):
    """At a learning rate that is far too high, one of the first validations is the best."""
    _, history, _ = train_small(epochs=20, check_every=1, patience=2, learning_rate=1.0)
    best = int(np.argmin([validation.validation_loss for validation in history]))
    assert len(history) == best + 3 < 20 * 4


def test_fewer_windows_than_a_batch_are_refused():
    with pytest.raises(InputError, match=f"fewer than 64 windows of {WINDOW_FRAMES} frames"):
        train_small(batch=64)
