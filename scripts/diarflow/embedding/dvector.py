"""The GE2E d-vector (Wan et al. 2018): three LSTM layers over a 40-band mel spectrogram, 256 dimensions.

The weights are Resemblyzer's, as ONNX (see the card in resources/models). It hears 1.6 s at a time: a
longer window is embedded in parts whose mean counts, a shorter one is repeated until it fills that.
"""

from collections.abc import Callable, Sequence

import librosa
import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.embedding.windows import Window
from diarflow.networks.onnx import session
from diarflow.timeline.intervals import Seconds

FRAMES = 160  # of 10 ms: what the network was trained on
_FRAME, _HOP = 400, 160  # samples
_LOUDNESS = -30.0  # dBFS; quieter recordings are raised to it
_BATCH = 64


def load(*, window: Seconds, hop: Seconds | None) -> Callable:
    network = session("dvector.onnx")

    def embed(path, windows: Sequence[Window]) -> np.ndarray:
        """Unit vectors, float32 (windows, 256)."""
        with Clip(path) as clip:
            gain = loudness_gain(clip)
            parts, owners = [], []
            vectors = np.zeros((len(windows), 256), np.float32)

            def flush():
                found = network.run(None, {"mel": np.stack(parts)})[0]
                np.add.at(vectors, owners, found)
                parts.clear()
                owners.clear()

            for index, one in enumerate(windows):
                for part in in_parts(mel_frames(clip, one, gain)):
                    parts.append(part)
                    owners.append(index)
                    if len(parts) == _BATCH:
                        flush()
            if parts:
                flush()
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(norms, 1e-9)

    return embed


def loudness_gain(clip: Clip) -> float:
    """What brings a recording quieter than -30 dBFS up to it; 1 for a louder one."""
    energy = 0.0
    for start in range(0, clip.samples, 1 << 20):
        audio = clip.read(start, min(1 << 20, clip.samples - start)).astype(np.float64)
        energy += float(audio @ audio)
    level = 10 * np.log10(max(energy / max(clip.samples, 1), 1e-20))
    return float(10 ** (max(0.0, _LOUDNESS - level) / 20)) if energy else 1.0


def mel_frames(clip: Clip, window: Window, gain: float) -> np.ndarray:
    """Mel power spectrogram of a window, float32 (frames, 40), its frames centred every 10 ms."""
    first = round(window.start * SAMPLE_RATE)
    count = max(1, round((window.end - window.start) * SAMPLE_RATE / _HOP))
    audio = clip.read(first - _FRAME // 2, (count - 1) * _HOP + _FRAME) * np.float32(gain)
    power = librosa.feature.melspectrogram(
        y=audio, sr=SAMPLE_RATE, n_fft=_FRAME, hop_length=_HOP, n_mels=40, center=False
    )
    return power.T.astype(np.float32)


def in_parts(frames: np.ndarray) -> list[np.ndarray]:
    """Pieces of exactly 160 frames that cover all of them evenly; a short one repeats itself.

    >>> [len(part) for part in in_parts(np.zeros((50, 40)))]
    [160]
    >>> len(in_parts(np.zeros((400, 40))))
    4
    """
    if len(frames) <= FRAMES:
        return [np.resize(frames, (FRAMES, frames.shape[1]))]
    count = 1 + int(np.ceil((len(frames) - FRAMES) / (FRAMES / 2)))
    starts = np.linspace(0, len(frames) - FRAMES, count).round().astype(int)
    return [frames[start : start + FRAMES] for start in starts]
