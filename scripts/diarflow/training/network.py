"""Bi-LSTM of Yin et al. 2017 in Keras: 571,489 parameters."""

import keras
from keras import layers

from diarflow.networks.weights import DENSE, FEATURES, UNITS


def build_network(
    *, frames: int = 137, activation: str = "tanh", dropout: float = 0.3
) -> keras.Model:
    """Build the network: features (windows, frames, 35) to scores (windows, frames, 1).

    The number of frames is fixed: otherwise, Keras applies the last layers to windows instead of frames. The ONNX
    graph for inference takes any number of frames.
    """
    return keras.Sequential(
        [
            keras.Input((frames, FEATURES)),
            layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), name="bilstm_1"),
            layers.Dropout(dropout),
            layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), name="bilstm_2"),
            layers.Dropout(dropout),
            layers.TimeDistributed(layers.Dense(DENSE, activation=activation), name="dense_1"),
            layers.TimeDistributed(layers.Dense(DENSE, activation=activation), name="dense_2"),
            layers.TimeDistributed(layers.Dense(1, activation="sigmoid"), name="dense_3"),
        ],
        name="speaker_change_detection",
    )


def weighted_loss(weight: float):
    """Return a binary cross-entropy that multiplies the loss of positive frames by `weight`."""
    from keras import ops

    def loss(truth, score):
        score = ops.clip(score, 1e-6, 1 - 1e-6)
        return -ops.mean(weight * truth * ops.log(score) + (1 - truth) * ops.log(1 - score))

    return loss
