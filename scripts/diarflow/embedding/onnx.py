"""Any speaker embedding in ONNX, such as those of WeSpeaker, 3D-Speaker or ReDimNet. A card describes it.

All windows must have one length, so a shorter window is repeated until it is full.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import kaldi_native_fbank
import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding.card import Card, network_file
from diarflow.embedding.window_audio import read_window
from diarflow.embedding.windows import Window
from diarflow.networks.onnx import model_path, session
from diarflow.timeline.intervals import Seconds

_BATCH = 16  # windows
_FRAME = 400  # samples
_MIN_DEVIATION = 1e-5


def load(
    *,
    model: str,
    card: Mapping[str, Any],
    device: str,
    window: Seconds,
    **_: Any,  # settings of the places of windows
) -> Callable:
    facts = Card(**card)
    encoder = session(network_file(model_path(model), facts.model), device=device)
    (name,) = (tensor.name for tensor in encoder.get_inputs() if tensor.name != facts.lengths)
    samples = max(2 * _FRAME, round(window * SAMPLE_RATE))

    def embed(audio, windows: Sequence[Window]) -> np.ndarray:
        """Return vectors, float32 (windows, dimensions), of any length."""
        vectors = np.zeros((len(windows), facts.dimensions), np.float32)
        with AudioReader(audio) as reader:
            for first in range(0, len(windows), _BATCH):
                batch = windows[first : first + _BATCH]
                parts = [features(read_window(reader, part, samples), facts) for part in batch]
                feed = {
                    name: np.stack([part.T if is_transposed(facts) else part for part in parts])
                }
                if facts.lengths:
                    feed[facts.lengths] = np.full(len(batch), len(parts[0]), np.int64)
                output = encoder.run(None, feed)[0]
                vectors[first : first + _BATCH] = output.reshape(len(batch), facts.dimensions)
        return vectors

    return embed


def is_transposed(card: Card) -> bool:
    """Return whether the network takes (bands, frames)."""
    return card.input == "fbank" and card.layout == "bands-frames"


def features(audio: np.ndarray, card: Card) -> np.ndarray:
    """Return what the network takes for the samples of a window: samples (n,) or filterbank (frames, bands), float32."""
    audio = audio * np.float32(card.scale)
    if card.input == "waveform":
        return audio
    bands = filterbank(audio, card)
    if card.normalisation != "none":
        bands -= bands.mean(axis=0, keepdims=True)
    if card.normalisation == "mean-variance":
        bands /= np.maximum(bands.std(axis=0, keepdims=True), _MIN_DEVIATION)
    return bands


def filterbank(audio: np.ndarray, card: Card) -> np.ndarray:
    """Compute Kaldi's log mel filterbank without dither: float32 (frames, bands), frames of 25 ms every 10 ms."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.window_type = card.frame_window
    options.mel_opts.num_bins = card.bands
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(SAMPLE_RATE, audio.tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(n) for n in range(bank.num_frames_ready)])
