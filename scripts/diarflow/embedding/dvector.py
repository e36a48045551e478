"""GE2E d-vector (Wan et al. 2018): three LSTM layers over a 40-band mel spectrogram, 256 dimensions.

The weights are those of Resemblyzer as ONNX (see the model card in resources/models). The input of the network is 1.6 s
of audio. A longer window is split into such parts, and its vector is the normalised mean of their vectors. The frames of
a shorter window are repeated up to 1.6 s.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diarflow.audio.mel import mel_power
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.windows import Window
from diarflow.networks.onnx import session
from diarflow.timeline.intervals import Seconds

FRAMES = 160  # frames of 10 ms in one input of the network, the length of the training examples
_FRAME, _HOP = 400, 160  # samples
_MIN_LEVEL = -30.0  # dBFS; quieter recordings are amplified to this level
_BATCH = 64  # parts


def load(*, window: Seconds, hop: Seconds | None) -> Callable:
    network = session("dvector.onnx")

    def embed(audio, windows: Sequence[Window]) -> np.ndarray:
        """Return unit vectors, float32 (windows, 256)."""
        with AudioReader(audio) as reader:
            gain = level_gain(reader)
            parts: list[np.ndarray] = []
            owners: list[int] = []
            vectors = np.zeros((len(windows), 256), np.float32)

            def flush():
                np.add.at(vectors, owners, network.run(None, {"mel": np.stack(parts)})[0])
                parts.clear()
                owners.clear()

            for index, window in enumerate(windows):
                for part in split_into_parts(mel_frames(reader, window, gain)):
                    parts.append(part)
                    owners.append(index)
                    if len(parts) == _BATCH:
                        flush()
            if parts:
                flush()
        return unit_vectors(vectors)

    return embed


def level_gain(reader: AudioReader) -> float:
    """Return the factor that amplifies a recording to -30 dBFS; 1 if it is louder, or silent."""
    energy = 0.0
    for start in range(0, reader.samples, 1 << 20):
        audio = reader.read(start, min(1 << 20, reader.samples - start)).astype(np.float64)
        energy += float(audio @ audio)
    level = 10 * np.log10(max(energy / max(reader.samples, 1), 1e-20))
    return float(10 ** (max(0.0, _MIN_LEVEL - level) / 20)) if energy else 1.0


def mel_frames(reader: AudioReader, window: Window, gain: float) -> np.ndarray:
    """Return the mel power spectrogram of a window, float32 (frames, 40), with a frame centred every 10 ms."""
    first = round(window.start * SAMPLE_RATE)
    count = max(1, round((window.end - window.start) * SAMPLE_RATE / _HOP))
    audio = reader.read(first - _FRAME // 2, (count - 1) * _HOP + _FRAME) * np.float32(gain)
    return mel_power(audio, frame=_FRAME, hop=_HOP).T.astype(np.float32)


def split_into_parts(frames: np.ndarray) -> list[np.ndarray]:
    """Split frames (n, bands) into evenly spaced parts of 160 frames. Successive parts overlap by at least half.

    If there are fewer than 160 frames, they are repeated up to 160.

    >>> [len(part) for part in split_into_parts(np.zeros((50, 40)))]
    [160]
    >>> len(split_into_parts(np.zeros((400, 40))))
    4
    """
    if len(frames) <= FRAMES:
        return [np.resize(frames, (FRAMES, frames.shape[1]))]
    count = 1 + int(np.ceil((len(frames) - FRAMES) / (FRAMES / 2)))
    starts = np.linspace(0, len(frames) - FRAMES, count).round().astype(int)
    return [frames[start : start + FRAMES] for start in starts]
