"""Cards of speaker embeddings in ONNX: what a network takes and returns."""

from pathlib import Path
from typing import NamedTuple

from diarflow.networks.onnx import model_path


class Card(NamedTuple):
    """Card of a network.

    Parameters
    ----------
    model : ONNX file beside the card, or a shipped model
    dimensions : of a vector
    input : "fbank" (Kaldi's log mel filterbank of each window) or "waveform" (samples, float32 (windows, samples))
    layout : of a filterbank, "frames-bands" or "bands-frames"
    bands : of the filterbank
    frame_window : window of each frame of 25 ms, by its name in Kaldi
    scale : factor of the samples, which lie between -1 and 1
    normalisation : "mean" (that of each band over the window is subtracted), "mean-variance" or "none"
    lengths : name of a second input, int64 (windows,), with the number of frames or samples; None if there is none
    """

    model: str
    dimensions: int
    input: str
    layout: str
    bands: int
    frame_window: str
    scale: float
    normalisation: str
    lengths: str | None


def network_file(card_file: Path, model: str) -> Path:
    """Return the path of the network that a card names: a file beside the card, or a shipped model."""
    beside = card_file.parent / model
    return beside if beside.is_file() else model_path(model)
