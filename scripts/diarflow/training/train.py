"""Training: windows out of the training set, SMORMS3, and a stop when held-out recordings say so."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from diarflow.audio import SAMPLE_RATE
from diarflow.features import frame_count
from diarflow.intervals import Seconds
from diarflow.networks.bilstm import HOP
from diarflow.training.dataset import Extent, batches
from diarflow.training.network import build_network, weighted_loss
from diarflow.training.smorms3 import SMORMS3

OPTIMIZERS = {
    "smorms3": lambda rate: SMORMS3(rate),
    "adam": lambda rate: keras.optimizers.Adam(rate, clipnorm=1.0),
}


class Epoch(NamedTuple):
    """Weighted cross-entropy a frame, on what was learnt from and on what was held out."""

    epoch: int
    updates: int
    loss: float
    validation_loss: float
    seconds: float


def train(
    features: np.ndarray,
    labels: np.ndarray,
    extents: Sequence[Extent],
    *,
    window: Seconds,
    activation: str,
    dropout: float,
    optimizer: str,
    learning_rate: float,
    batch: int,
    epochs: int,
    patience: int,
    positive_weight: float,
    seed: int,
    threads: int,
    progress: Callable[[str], Any] = print,
) -> tuple[keras.Model, list[Epoch]]:
    """The network with the weights of its best epoch, and what each epoch reached.

    The rate falls from `learning_rate` to a thirtieth of it along half a cosine. It ends early where the
    held-out recordings have not got better for `patience` epochs.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)
    frames = frame_count(round(window * SAMPLE_RATE), hop=HOP)
    learnt = [one for one in extents if not one.validation]
    held = [one for one in extents if one.validation]
    random = np.random.default_rng(seed)
    total = epochs * max(1, sum(one.frames // frames for one in learnt) // batch)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, total, alpha=1 / 30)
    network = build_network(frames=frames, activation=activation, dropout=dropout)
    network.compile(OPTIMIZERS[optimizer](schedule), weighted_loss(positive_weight))
    history: list[Epoch] = []
    best, best_weights, updates = math.inf, network.get_weights(), 0
    for epoch in range(1, epochs + 1):
        begun, losses = time.monotonic(), []
        source = batches(features, labels, learnt, frames=frames, size=batch, random=random)
        for x, y in source:
            losses.append(float(network.train_on_batch(x, y)))
            updates += 1
            if updates % 25 == 0:
                progress(
                    f"epoch {epoch}/{epochs}, update {updates}/{total}: loss {np.mean(losses):.4f}"
                )
        validation = _loss(network, features, labels, held or learnt, frames, batch)
        seconds = time.monotonic() - begun
        history.append(Epoch(epoch, updates, float(np.mean(losses)), validation, round(seconds, 1)))
        progress(f"epoch {epoch}/{epochs}: held out {validation:.4f}, {seconds:.0f} s")
        if validation < best:
            best, best_weights = validation, network.get_weights()
        elif epoch - 1 - int(np.argmin([one.validation_loss for one in history])) >= patience:
            break
    network.set_weights(best_weights)
    return network, history


def _loss(network, features, labels, extents, frames: int, size: int) -> float:
    """Mean loss over windows, batches of one size so that the network keeps its shape."""
    found = [
        float(network.test_on_batch(x, y))
        for x, y in batches(features, labels, extents, frames=frames, size=size)
        if len(x) == size
    ]
    return float(np.mean(found)) if found else math.inf
