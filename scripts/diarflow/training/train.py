"""Training: windows out of the training set, SMORMS3, and a stop when held-out recordings say so."""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from diarflow.audio.features import frame_count
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.errors import InputError
from diarflow.networks.bilstm import HOP
from diarflow.timeline.intervals import Seconds
from diarflow.training.dataset import Extent, batches
from diarflow.training.network import build_network, weighted_loss
from diarflow.training.smorms3 import SMORMS3

OPTIMIZERS = {
    "smorms3": lambda rate: SMORMS3(rate),
    "adam": lambda rate: keras.optimizers.Adam(rate, clipnorm=1.0),
}


class Check(NamedTuple):
    """After so many updates: loss (weighted cross-entropy a frame) since the last check, and on what is
    held out; seconds since the first update."""

    updates: int
    epoch: float
    loss: float
    validation_loss: float
    seconds: float


def set_threads(threads: int) -> None:
    """How many TensorFlow may use; to be said before it does anything.

    The forward and the backward LSTM then run side by side, each on one thread: with two threads and batches
    of 128 that is 1.7 times as fast as two threads for each operation.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


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
    check_every: int,
    patience: int,
    positive_weight: float,
    seed: int,
    progress: Callable[[str], Any] = print,
) -> tuple[keras.Model, list[Check]]:
    """The network with the weights of its best check, and what each check found.

    The rate falls from `learning_rate` to a thirtieth of it along half a cosine. It ends early where the
    held-out recordings have not got better for `patience` checks.
    """
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)
    frames = frame_count(round(window * SAMPLE_RATE), hop=HOP)
    learnt = [one for one in extents if not one.validation]
    held = [one for one in extents if one.validation]
    random = np.random.default_rng(seed)
    per_epoch = max(1, sum(one.frames // frames for one in learnt) // batch)
    total = epochs * per_epoch
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, total, alpha=1 / 30)
    network = build_network(frames=frames, activation=activation, dropout=dropout)
    network.compile(OPTIMIZERS[optimizer](schedule), weighted_loss(positive_weight))
    history: list[Check] = []
    best, best_weights, waited = math.inf, network.get_weights(), 0
    begun, losses = time.monotonic(), []
    windows = _endless(features, labels, learnt, frames=frames, size=batch, random=random)
    for update, (x, y) in enumerate(itertools.islice(windows, total), start=1):
        losses.append(float(network.train_on_batch(x, y)))
        if update % 25 == 0:
            progress(f"update {update}/{total}: loss {np.mean(losses):.4f}")
        if update % check_every and update < total:
            continue
        found = _loss(network, features, labels, held or learnt, frames, batch)
        seconds = round(time.monotonic() - begun, 1)
        epoch = round(update / per_epoch, 2)
        history.append(Check(update, epoch, float(np.mean(losses)), found, seconds))
        progress(f"update {update}/{total}: held out {found:.4f}, {seconds:.0f} s")
        losses, waited = [], waited + 1
        if found < best:
            best, best_weights, waited = found, network.get_weights(), 0
        if waited >= patience:
            break
    network.set_weights(best_weights)
    return network, history


def _endless(features, labels, extents, **how) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of one epoch after the other. InputError where there is not one."""
    while True:
        empty = True
        for batch in batches(features, labels, extents, **how):
            empty = False
            yield batch
        if empty:
            raise InputError(
                f"the training set holds fewer than {how['size']} windows of {how['frames']} frames; "
                "expected a smaller batch or more recordings"
            )


def _loss(network, features, labels, extents, frames: int, size: int) -> float:
    """Mean loss over windows, batches of one size so that the network keeps its shape."""
    found = [
        float(network.test_on_batch(x, y))
        for x, y in batches(features, labels, extents, frames=frames, size=size)
        if len(x) == size
    ]
    return float(np.mean(found)) if found else math.inf
