"""Training of the change detector, with early stopping on the validation recordings."""

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
from diarflow.training.dataset import FrameRange, make_batches
from diarflow.training.network import build_network, weighted_loss
from diarflow.training.smorms3 import SMORMS3

OPTIMIZERS = {
    "smorms3": lambda rate: SMORMS3(rate),
    "adam": lambda rate: keras.optimizers.Adam(rate, clipnorm=1.0),
}
_REPORT_EVERY = 25  # updates


class Validation(NamedTuple):
    """Result of a validation after `updates` updates.

    `loss` is the mean since the previous validation, weighted cross-entropy per frame. `seconds` is the time since
    the first update.
    """

    updates: int
    epoch: float
    loss: float
    validation_loss: float
    seconds: float


def set_threads(threads: int) -> None:
    """Set the number of threads of TensorFlow, before any other use of it.

    The forward and the backward LSTM run in parallel, on one thread each. With two threads and batches of 128, that
    is 1.7 times as fast as two threads for each operation.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def train(
    features: np.ndarray,
    labels: np.ndarray,
    ranges: Sequence[FrameRange],
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
) -> tuple[keras.Model, list[Validation]]:
    """Train the network. Return it with the weights of the best validation, and all validations.

    The learning rate decays to a thirtieth along half a cosine. Training stops early after `patience` validations
    without improvement. Without validation recordings, the training recordings are used for validation.
    """
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)
    frames = frame_count(round(window * SAMPLE_RATE), hop=HOP)
    training = [recording for recording in ranges if not recording.validation]
    validation = [recording for recording in ranges if recording.validation] or training
    per_epoch = max(1, sum(recording.frames // frames for recording in training) // batch)
    updates = epochs * per_epoch
    network = build_network(frames=frames, activation=activation, dropout=dropout)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, updates, alpha=1 / 30)
    network.compile(OPTIMIZERS[optimizer](schedule), weighted_loss(positive_weight))
    random = np.random.default_rng(seed)
    batches = _endless_batches(features, labels, training, frames=frames, size=batch, random=random)
    history: list[Validation] = []
    best, best_weights, waited = math.inf, network.get_weights(), 0
    begin, losses = time.monotonic(), []
    for update, (x, y) in enumerate(itertools.islice(batches, updates), start=1):
        losses.append(float(network.train_on_batch(x, y)))
        if update % _REPORT_EVERY == 0:
            progress(f"update {update}/{updates}: loss {np.mean(losses):.4f}")
        if update % check_every and update < updates:
            continue
        loss = _mean_loss(network, features, labels, validation, frames=frames, size=batch)
        seconds = round(time.monotonic() - begin, 1)
        epoch = round(update / per_epoch, 2)
        history.append(Validation(update, epoch, float(np.mean(losses)), loss, seconds))
        progress(f"update {update}/{updates}: validation loss {loss:.4f}, {seconds:.0f} s")
        losses, waited = [], waited + 1
        if loss < best:
            best, best_weights, waited = loss, network.get_weights(), 0
        if waited >= patience:
            break
    network.set_weights(best_weights)
    return network, history


def _endless_batches(
    features: np.ndarray,
    labels: np.ndarray,
    ranges: Sequence[FrameRange],
    *,
    frames: int,
    size: int,
    random: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the batches of one epoch after the other. Raises InputError if an epoch has no batch."""
    while True:
        empty = True
        for batch in make_batches(
            features, labels, ranges, frames=frames, size=size, random=random
        ):
            empty = False
            yield batch
        if empty:
            raise InputError(
                f"the training set has fewer than {size} windows of {frames} frames. "
                "Reduce `batch`, or add recordings."
            )


def _mean_loss(
    network: keras.Model,
    features: np.ndarray,
    labels: np.ndarray,
    ranges: Sequence[FrameRange],
    *,
    frames: int,
    size: int,
) -> float:
    """Return the mean loss over all full batches: the network is compiled for one batch size."""
    losses = [
        float(network.test_on_batch(x, y))
        for x, y in make_batches(features, labels, ranges, frames=frames, size=size)
        if len(x) == size
    ]
    return float(np.mean(losses)) if losses else math.inf
