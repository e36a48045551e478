"""Training on a handful of made-up windows."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from diarflow.errors import InputError
from diarflow.settings.stages import Training
from diarflow.training.dataset import Extent
from diarflow.training.train import train

FRAMES = 20 * 137
SETTINGS = Training(batch=4, epochs=2, check_every=3, patience=10).model_dump(
    exclude={"validation", "kinds", "max_pause", "neighbourhood", "features", "normalisation"}
)


def learn(**others):
    random = np.random.default_rng(0)
    features = random.normal(size=(2 * FRAMES, 35)).astype(np.float32)
    labels = (features[:, 0] > 1.5).astype(np.uint8)
    extents = [
        Extent("c", "learnt", 0, FRAMES, 0, False),
        Extent("c", "held", FRAMES, FRAMES, 0, True),
    ]
    said = []
    network, history = train(features, labels, extents, **SETTINGS | others, progress=said.append)
    return network.get_weights(), history, said


def test_the_same_seed_and_data_give_the_same_weights_and_another_seed_others():
    first, history, said = learn()
    again, same_history, _ = learn()
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [check[:4] for check in history] == [check[:4] for check in same_history]
    assert [check.updates for check in history] == [3, 6, 9, 10]  # 20 windows, 4 a batch, twice
    assert said[-1].startswith("update 10/10: held out")
    other, *_ = learn(seed=1)
    assert not np.array_equal(first[0], other[0])


def test_it_stops_where_the_held_out_loss_does_not_fall():
    """At a rate at which nothing is learnt but noise the first look is the best, or near it."""
    _, history, _ = learn(epochs=20, check_every=1, patience=2, learning_rate=1.0)
    best = int(np.argmin([check.validation_loss for check in history]))
    assert len(history) == best + 3 < 20 * 4


def test_fewer_windows_than_a_batch_are_an_error_that_says_so():
    with pytest.raises(InputError, match="fewer than 64 windows of 137 frames; expected a smaller"):
        learn(batch=64)
